import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createStorage } from '../../../src/testing/contracts/storage.ts'

const key = fc.constantFrom('a', 'b', 'c')
const operation = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('set' as const), key, value: fc.option(fc.nat(9), { nil: undefined }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('mark' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('revert' as const), to: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('at' as const), to: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), to: fc.nat() }) },
)

test('storage at every mark equals a copy made at that mark', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const storage = createStorage()
      const table = storage.table<number>()
      const read = () => Object.fromEntries(['a', 'b', 'c'].map((one) => [one, table.get(one)]))
      let copies = [{ mark: storage.mark(), state: read() }]
      for (const one of operations) {
        const chosen = 'to' in one ? one.to % copies.length : 0
        const copy = copies[chosen]
        if (!copy) continue
        if (one.do === 'set') table.set(one.key, one.value)
        if (one.do === 'mark') copies.push({ mark: storage.mark(), state: read() })
        if (one.do === 'at') expect(storage.at(copy.mark, read)).toEqual(copy.state)
        if (one.do === 'forget') {
          storage.forget(copy.mark)
          copies = copies.slice(chosen)
        }
        if (one.do === 'revert') {
          storage.revert(copy.mark)
          copies = copies.slice(0, chosen + 1)
          expect(read()).toEqual(copy.state)
        }
      }
      for (const { mark, state } of copies.toReversed()) expect(storage.at(mark, read)).toEqual(state)
    }),
  )
})

test('a write and its revert during at() leave no trace', () => {
  const storage = createStorage()
  const table = storage.table<number>()
  table.set('a', 1)
  const before = storage.mark()
  table.set('a', 2)
  const seen = storage.at(before, () => {
    const mark = storage.mark()
    table.set('a', 9)
    table.set('b', 9)
    storage.revert(mark)
    return table.get('a')
  })
  expect([seen, table.get('a'), table.get('b')]).toEqual([1, 2, undefined])
})

test('a forgotten mark is refused', () => {
  const storage = createStorage()
  const table = storage.table<number>()
  const start = storage.mark()
  table.set('a', 1)
  storage.forget(storage.mark())
  expect(() => storage.revert(start)).toThrow(RangeError)
})
