import fc from 'fast-check'
import process from 'node:process'

const { LAW_RUNS, LAW_MINUTES, LAW_SEED } = process.env

export type LawOptions = {
  /** Runs where the environment asks for no other number. */
  runs: number
  /** The time that each run gets, in milliseconds, beside a minute for all of them. */
  perRunMs: number
  /** What the environment asks for; LAW_RUNS by default. */
  wanted?: string | undefined
}

/**
 * How a law is played. LAW_RUNS asks for more runs, LAW_SEED for the same ones again. LAW_MINUTES ends a long run after that time
 * with the runs done by then, and says how many held and their seed: a loaded machine makes fewer, and is no counterexample.
 */
export function law({ runs, perRunMs, wanted = LAW_RUNS }: LawOptions) {
  const numRuns = Number(wanted ?? runs)
  const limitMs = LAW_MINUTES === undefined ? null : Number(LAW_MINUTES) * 60_000
  return {
    /** For vitest. A run that has begun by the limit is played to its end. */
    limits: { timeout: limitMs === null ? 60_000 + numRuns * perRunMs : limitMs + 600_000 },
    parameters: {
      numRuns,
      ...(LAW_SEED !== undefined && { seed: Number(LAW_SEED) }),
      ...(limitMs !== null && { interruptAfterTimeLimit: limitMs, asyncReporter: report }),
    },
  }
}

async function report<T>(details: fc.RunDetails<T>): Promise<void> {
  const { failed, numRuns, seed, interrupted } = details
  console.log(
    `${numRuns} histories, seed ${seed}${interrupted ? ', ended by LAW_MINUTES' : ''}${failed ? ', failed' : ''}`,
  )
  if (failed) throw new Error(await fc.asyncDefaultReportMessage(details), { cause: details.errorInstance })
}
