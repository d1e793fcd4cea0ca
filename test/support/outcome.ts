import { vi } from 'vitest'

/** How work ended: with a value, with an error, or not within the time that it was given. */
export type Outcome<T> = { value: T } | { error: Error } | 'still waiting'

/** For what is expected to happen: most of the time that a test has, however loaded the machine is. */
const IN_TIME_MS = 40_000

/** Races work against a timer. The work goes on after the timer, and its late failure is no unhandled rejection. */
export async function outcomeInTime<T>(work: Promise<T>): Promise<Outcome<T>> {
  let timer: NodeJS.Timeout | undefined
  const waiting = new Promise<'still waiting'>(
    (resolve) => (timer = setTimeout(() => resolve('still waiting'), IN_TIME_MS)),
  )
  try {
    return await Promise.race([
      work.then(
        (value) => ({ value }),
        (error: unknown) => ({ error: error instanceof Error ? error : new Error(String(error)) }),
      ),
      waiting,
    ])
  } finally {
    clearTimeout(timer)
  }
}

/** The error that work ends with; anything else is named in an error of its own, so that an assertion shows it. */
export async function errorInTime(work: Promise<unknown>): Promise<Error> {
  const outcome = await outcomeInTime(work)
  if (outcome === 'still waiting') return new Error(`still waiting after ${IN_TIME_MS} ms`)
  return 'error' in outcome ? outcome.error : new Error(`no error, but: ${typeof outcome.value}`)
}

/**
 * Polls until a reading passes the check, or the time is over, and gives the last reading: the assertion on it then
 * shows what was there instead.
 *
 * @param ms shorter only where the reading is to stay as it is
 */
export async function lastOf<T>(
  read: () => T | Promise<T>,
  isWanted: (value: T) => boolean,
  ms = IN_TIME_MS,
): Promise<T> {
  let last = await read()
  await vi
    .waitFor(
      async () => {
        if (!isWanted(last)) last = await read()
        if (!isWanted(last)) throw new Error('not yet')
      },
      { timeout: ms, interval: 20 },
    )
    .catch(() => undefined)
  return last
}
