import type { Observable } from 'rxjs'
import { keepAlive } from '../base/clock.ts'
import type { CloseOptions, ClosingStatus } from './types.ts'
import { AbortedError } from '../base/errors.ts'
import type { Receipt } from '../transactions/intent.ts'

/** Those who wait until the ledger is closed. As long as there is one, positions are read, and the process stays alive. */
export function createClosingWaiters(positions$: Observable<unknown>) {
  const waiting = new Set<{
    resolve: (receipt: Receipt) => void
    reject: (reason: unknown) => void
    onProgress: CloseOptions['onProgress']
  }>()

  return {
    count: (): number => waiting.size,
    async wait({ signal, onProgress }: CloseOptions): Promise<Receipt> {
      let leave = (): void => undefined
      let stop = (): void => undefined
      const outcome = new Promise<Receipt>((resolve, reject) => {
        const waiter = { resolve, reject, onProgress }
        waiting.add(waiter)
        const abort = () => reject(new AbortedError(LEFT, { do: GOES_ON }))
        stop = () => reject(new AbortedError(STOPPED, { do: 'the next broker of this wallet goes on with it' }))
        signal?.addEventListener('abort', abort)
        leave = () => {
          waiting.delete(waiter)
          signal?.removeEventListener('abort', abort)
        }
      })
      const letGo = keepAlive()
      const watching = positions$.subscribe({ complete: stop })
      try {
        return await outcome
      } finally {
        leave()
        watching.unsubscribe()
        letGo()
      }
    },
    /** Whoever cannot hear it waits no more; closing goes on. */
    tell(status: ClosingStatus): void {
      for (const { onProgress, reject } of waiting) {
        try {
          onProgress?.(status)
        } catch (error) {
          reject(error)
        }
      }
    },
    resolve(receipt: Receipt): void {
      for (const waiter of waiting) waiter.resolve(receipt)
    },
    reject(reason: unknown): void {
      for (const waiter of waiting) waiter.reject(reason)
    },
    /** The same, for those who wait now, whenever it is called. */
    rejectLater(): (reason: unknown) => void {
      const now = [...waiting]
      return (reason) => now.forEach(({ reject }) => reject(reason))
    },
  }
}

const STOPPED = 'The broker was closed before the ledger was.'
const LEFT = 'The wait was interrupted; the ledger is still being closed.'
const GOES_ON = 'whichever broker of this wallet reads positions goes on with it; cancelClosing() ends it'
