import { AbortedError } from './errors.ts'

/** What each signal still has to call. One signal may end many waits, and each of its own listeners would count. */
const waits = new WeakMap<AbortSignal, { calls: Set<() => void>; listener: () => void }>()

/** Waits for work until the signal aborts; the work itself goes on. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      leave()
      reject(abortedBeforeSending())
    }
    const leave = onAbort(signal, abort)
    if (signal.aborted) abort()
    work.then(resolve, reject).finally(leave)
  })
}

/**
 * Calls a function once the signal aborts. All of them share one listener of the signal, so that many waits on one signal
 * are no leak.
 *
 * @returns the function that ends the subscription
 */
export function onAbort(signal: AbortSignal | undefined, call: () => void): () => void {
  if (!signal) return () => undefined
  const { calls, listener } = waitsOf(signal)
  // The same function may be given twice.
  const entry = (): void => call()
  if (calls.size === 0) signal.addEventListener('abort', listener)
  calls.add(entry)
  return () => {
    if (calls.delete(entry) && calls.size === 0) signal.removeEventListener('abort', listener)
  }
}

function waitsOf(signal: AbortSignal) {
  const known = waits.get(signal)
  if (known) return known
  const calls = new Set<() => void>()
  const wait = { calls, listener: () => [...calls].forEach((call) => call()) }
  waits.set(signal, wait)
  return wait
}

/** @throws AbortedError once the signal aborts; for every step that comes before something is sent */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedBeforeSending()
}

function abortedBeforeSending(): AbortedError {
  return new AbortedError('Aborted before anything was sent.')
}
