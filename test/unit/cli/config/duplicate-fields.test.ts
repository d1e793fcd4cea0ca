import fc from 'fast-check'
import { expect, test } from 'vitest'
import { duplicateFieldIn } from '../../../../src/cli/config/duplicate-fields.ts'
import { parseConfig } from '../../../../src/cli/config/file.ts'

const KEY = '59c6995e998f97a5'.repeat(4)

test.for<[string, string | null]>([
  ['{"a":1,"a":2}', 'a'],
  ['{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}', null],
  ['{"budget":{"amount":"1","per":"1d","amount":"100"}}', 'budget.amount'],
  ['{"providers":[{"target":"1"},{"target":"2","x":[1,2],"target":"3"}]}', 'providers[1].target'],
  [String.raw`{"a":"{\"a\":1,","b":"a","\u0061":2}`, 'a'],
  [`{"${KEY}":1,"${KEY}":2}`, '…'],
  ['[]', null],
  ['"a:a,a"', null],
])('finds the field that stands twice: %s', ([json, path]) => {
  expect(duplicateFieldIn(json)).toBe(path)
})

test('finds none in whatever JSON.stringify writes', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(duplicateFieldIn(JSON.stringify(value))).toBeNull()
    }),
  )
})

const providers = '"providers":[{"provider":"0x70997970C51812dc3A010C7d01b50e0d17dc79C8"}]'

test('a config with a field twice is refused: the limit that counts would be a guess', () => {
  const twice = `{${providers},"budget":{"amount":"1","per":"1d"},"budget":{"amount":"100","per":"1d"}}`
  expect(() => parseConfig(twice)).toThrow('budget: it stands twice, and only one of them would count.')
})

test('a config may begin with a byte order mark', () => {
  expect(parseConfig(`\uFEFF{${providers}}`)).toEqual(parseConfig(`{${providers}}`))
})
