import { onAbort } from './abortable.ts'

/**
 * A signal that aborts with the first of several. `release` ends it: until then it hangs on each of them.
 */
export function linkSignals(signals: readonly (AbortSignal | undefined)[]): {
  signal: AbortSignal
  release: () => void
} {
  const either = new AbortController()
  const abort = (): void => either.abort()
  if (signals.some((one) => one?.aborted)) abort()
  const ends = signals.map((one) => onAbort(one, abort))
  return { signal: either.signal, release: () => ends.forEach((end) => end()) }
}
