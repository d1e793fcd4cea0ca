import { AbortedError } from './errors.ts'

/** What goes on all the same may take long: whoever waits for it waits no longer than the signal says. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new AbortedError('Aborted before anything was sent.'))
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
