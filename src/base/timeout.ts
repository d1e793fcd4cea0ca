import { systemClock, type Clock } from './clock.ts'

/** Returns the outcome of `work`; rejects after `ms` milliseconds without one. The timer does not keep the process alive. */
export async function withTimeout<T>(ms: number, work: () => T | Promise<T>, clock: Clock = systemClock): Promise<T> {
  let cancel = (): void => undefined
  const timeout = new Promise<never>((_, reject) => {
    cancel = clock.after(ms, () => reject(new Error(`no answer within ${ms} ms`)), { idle: true })
  })
  try {
    return await Promise.race([work(), timeout])
  } finally {
    cancel()
  }
}
