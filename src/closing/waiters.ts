import type { Observable } from 'rxjs'
import { keepAlive } from '../base/clock.ts'
import { onAbort } from '../base/abortable.ts'
import { AbortedError } from '../base/errors.ts'
import type { Receipt } from '../transactions/intent.ts'
import type { CloseOptions, ClosingStatus } from './types.ts'

/**
 * The callers that wait until the ledger is closed. While one of them waits, positions are read and the process stays
 * alive.
 */
export type ClosingWaiters = {
  count(): number
  wait(options: CloseOptions): Promise<Receipt>
  /** Reports progress to every waiter. One whose `onProgress` throws stops waiting with that error; closing goes on. */
  report(status: ClosingStatus): void
  /** Tells every waiter the hash of a step. */
  sent(hash: string): void
  resolve(receipt: Receipt): void
  reject(reason: unknown): void
  /** Rejects the waiters of this moment, whenever it is called. */
  rejectLater(): (reason: unknown) => void
}

type Waiter = {
  resolve: (receipt: Receipt) => void
  reject: (reason: unknown) => void
  onProgress: CloseOptions['onProgress']
  onSent: CloseOptions['onSent']
}

export function createClosingWaiters(positions$: Observable<unknown>): ClosingWaiters {
  const waiting = new Set<Waiter>()

  return {
    count: () => waiting.size,
    async wait({ signal, onProgress, onSent }) {
      let leave = (): void => undefined
      let stop = (): void => undefined
      const outcome = new Promise<Receipt>((resolve, reject) => {
        const waiter = { resolve, reject, onProgress, onSent }
        waiting.add(waiter)
        const abort = () => reject(new AbortedError(INTERRUPTED, { do: GOES_ON }))
        stop = () => reject(new AbortedError(STOPPED, { do: 'the next broker of this wallet goes on with it' }))
        const endAbort = onAbort(signal, abort)
        leave = () => {
          waiting.delete(waiter)
          endAbort()
        }
      })
      const letGo = keepAlive()
      const reading = positions$.subscribe({ complete: stop })
      try {
        return await outcome
      } finally {
        leave()
        reading.unsubscribe()
        letGo()
      }
    },
    report(status) {
      for (const { onProgress, reject } of waiting) {
        try {
          onProgress?.(status)
        } catch (error) {
          reject(error)
        }
      }
    },
    sent(hash) {
      for (const { onSent } of waiting) onSent?.(hash)
    },
    resolve(receipt) {
      for (const waiter of waiting) waiter.resolve(receipt)
    },
    reject(reason) {
      for (const waiter of waiting) waiter.reject(reason)
    },
    rejectLater() {
      const now = [...waiting]
      return (reason) => now.forEach(({ reject }) => reject(reason))
    },
  }
}

const STOPPED = 'The broker was closed before the ledger was.'
const INTERRUPTED = 'The wait was interrupted; the ledger is still being closed.'
const GOES_ON = 'any broker of this wallet that reads positions goes on with it; cancelClosing() ends it'
