import { describe, expect, test } from 'vitest'
import { modelsOf, type ServedEndpoint } from '../../../../src/cli/serve/models.ts'

const endpoint = (provider: string, model: string): ServedEndpoint => ({
  provider,
  model,
  baseURL: `https://${provider}.example/v1/proxy`,
  fetch: () => Promise.reject(new Error('not sent')),
})
const [one, two, three] = [endpoint('0xAa', 'llama'), endpoint('0xBb', 'llama'), endpoint('0xCc', 'qwen')]

describe('models by name', () => {
  const models = modelsOf([one, two, three])

  test('lists each, and a shared one by address as well', () => {
    expect([...models.names]).toEqual([
      ['llama', one],
      ['llama@0xAa', one],
      ['llama@0xBb', two],
      ['qwen', three],
    ])
  })

  test.for<[string | undefined, ServedEndpoint | null]>([
    ['llama', one],
    ['llama@0xbb', two],
    ['0xBB', two],
    ['qwen', three],
    ['qwen@0xcc', three],
    ['Qwen', null],
    ['', null],
    [undefined, null],
    ['__proto__', null],
  ])('%s is found', ([name, found]) => {
    expect(models.find(name)).toBe(found)
  })

  test('a request without a model goes to the only provider', () => {
    expect(modelsOf([three]).find(undefined)).toBe(three)
  })
})
