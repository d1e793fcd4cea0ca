import fc from 'fast-check'
import { expect, test } from 'vitest'
import { phaseOf } from '../../../src/fleet/phases.ts'

test('wallets are read in groups of at most a hundred where the interval has room, spread over all of it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 100, max: 600_000 }), (count, intervalMs) => {
      const phases = Array.from({ length: count }, (_, at) => phaseOf(at, { count, intervalMs }))
      const groups = grouped(phases)
      expect(phases.every((phase) => phase >= 0 && phase < intervalMs)).toBe(true)
      const most = Math.max(...[...groups.values()].map(({ length }) => length))
      const least = Math.min(...[...groups.values()].map(({ length }) => length))
      expect(most - least).toBeLessThanOrEqual(1)
      if (intervalMs >= 200 * Math.ceil(count / 100)) expect(most).toBeLessThanOrEqual(100)
    }),
  )
})

function grouped(phases: readonly number[]): Map<number, number[]> {
  const groups = new Map<number, number[]>()
  for (const phase of phases) groups.set(phase, [...(groups.get(phase) ?? []), phase])
  return groups
}
