import { systemClock, type Clock } from './clock.ts'

/**
 * Returns the outcome of `work`; rejects after `ms` milliseconds without one. The timer does not keep the process alive.
 *
 * @param late the error of a rejection by time
 */
export async function withTimeout<T>(
  ms: number,
  work: () => T | Promise<T>,
  clock: Clock = systemClock,
  late = () => new Error(`no answer within ${ms} ms`),
): Promise<T> {
  let cancel = (): void => undefined
  const timeout = new Promise<never>((_, reject) => {
    cancel = clock.after(ms, () => reject(late()), { idle: true })
  })
  try {
    return await Promise.race([work(), timeout])
  } finally {
    cancel()
  }
}
