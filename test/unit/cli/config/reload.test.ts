import { expect, test } from 'vitest'
import type { Broker } from '../../../../src/index.ts'
import { createReload } from '../../../../src/cli/config/reload.ts'

test('says nothing of a file whose reading is wanted when the process is about to end', async () => {
  const said: string[] = []
  const ending = new AbortController()
  const reload = createReload({
    file: 'no such file',
    config: { providers: [] } as never,
    broker: {} as Broker,
    funding: {} as never,
    deposits: {} as never,
    checkPayer: () => undefined,
    say: (text) => said.push(text),
    signal: ending.signal,
  })
  await reload()
  expect(said).toEqual(['The old config stays in effect. no such file cannot be read.'])
  const pending = reload()
  ending.abort()
  await pending
  await reload()
  expect(said).toHaveLength(1)
})
