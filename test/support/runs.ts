import { seeded } from '../../src/testing/random.ts'

/** One seeded run of a chaos test. */
export type Run = { seed: number; random: () => number }

/**
 * Seeded runs: a few by default, more with CHAOS_RUNS, another first seed with CHAOS_SEED. The title of a test names its
 * seed, so that a failure can be repeated alone.
 */
export function chaosRuns(byDefault: number): Run[] {
  return seededRuns('CHAOS', byDefault)
}

/** The same for histories that end with closing: CLOSING_RUNS and CLOSING_SEED. */
export function closingRuns(byDefault: number): Run[] {
  return seededRuns('CLOSING', byDefault)
}

/**
 * The combination of a seed. As many seeds in a row as there are combinations take each of them once; a few in a row take combinations
 * that are far apart.
 */
export function inTurn<T>(combinations: readonly T[], seed: number): T {
  const { length } = combinations
  const found = combinations[(seed * strideOf(length)) % length]
  if (found === undefined) throw new Error('There are no combinations.')
  return found
}

/** About the golden section of a number, with no factor in common. */
function strideOf(length: number): number {
  let stride = Math.max(1, Math.round(length * 0.618))
  while (commonFactor(stride, length) > 1) stride += 1
  return stride
}

function commonFactor(a: number, b: number): number {
  return b === 0 ? a : commonFactor(b, a % b)
}

function seededRuns(name: 'CHAOS' | 'CLOSING', byDefault: number): Run[] {
  const count = Number(process.env[`${name}_RUNS`] ?? byDefault)
  const start = Number(process.env[`${name}_SEED`] ?? 1)
  return Array.from({ length: count }, (_, index) => ({ seed: start + index, random: seeded(start + index) }))
}
