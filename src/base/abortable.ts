import { AbortedError } from './errors.ts'

/** Waits for work until the signal aborts; the work itself goes on. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(abortedBeforeSending())
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** @throws AbortedError once the signal aborts; for every step that comes before something is sent */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedBeforeSending()
}

function abortedBeforeSending(): AbortedError {
  return new AbortedError('Aborted before anything was sent.')
}
