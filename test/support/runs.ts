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

function seededRuns(name: 'CHAOS' | 'CLOSING', byDefault: number): Run[] {
  const count = Number(process.env[`${name}_RUNS`] ?? byDefault)
  const start = Number(process.env[`${name}_SEED`] ?? 1)
  return Array.from({ length: count }, (_, index) => ({ seed: start + index, random: seeded(start + index) }))
}
