import { systemClock, type Clock } from './clock.ts'

/** The outcome of `work`, or a rejection once `ms` have passed without one. The timer keeps no process alive. */
export async function withTimeout<T>(ms: number, work: () => T | Promise<T>, clock: Clock = systemClock): Promise<T> {
  let cancel = (): void => undefined
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(ms, () => reject(new Error(`no answer within ${ms} ms`)), { idle: true })
  })
  try {
    return await Promise.race([work(), late])
  } finally {
    cancel()
  }
}
