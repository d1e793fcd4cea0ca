import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SparseMap, SparseSet } from '../../../src/base/sparse.ts'

const keys = fc.nat(3)
const steps = fc.array(
  fc.oneof(
    keys.map((key) => ({ type: 'add' as const, key })),
    keys.map((key) => ({ type: 'delete' as const, key })),
    fc.constant({ type: 'clear' as const, key: 0 }),
  ),
)

test('a sparse set is as a Set, in what it answers and in the order of its members', () => {
  fc.assert(
    fc.property(steps, (history) => {
      const [sparse, set] = [new SparseSet<number>(), new Set<number>()]
      for (const { type, key } of history) {
        if (type === 'add') [sparse, set].map((one) => one.add(key))
        else if (type === 'delete') expect(sparse.delete(key)).toBe(set.delete(key))
        else [sparse, set].map((one) => one.clear())
        expect([sparse.has(key), sparse.size, [...sparse]]).toEqual([set.has(key), set.size, [...set]])
      }
    }),
  )
})

test('a sparse map is as a Map', () => {
  fc.assert(
    fc.property(steps, (history) => {
      const [sparse, map] = [new SparseMap<number, number>(), new Map<number, number>()]
      for (const [at, { type, key }] of history.entries()) {
        if (type === 'add') [sparse, map].map((one) => one.set(key, at))
        else [sparse, map].map((one) => (type === 'delete' ? one.delete(key) : one.clear()))
        expect([sparse.size, [...sparse], [...sparse.values()], sparse.has(key), sparse.get(key)]).toEqual([
          map.size,
          [...map],
          [...map.values()],
          map.has(key),
          map.get(key),
        ])
      }
    }),
  )
})
