import { createSerialQueue } from '../base/serial.ts'
import { keyOf } from '../base/sub-account-key.ts'
import type { Intent } from './intent.ts'
import type { TransactionIndex } from './transaction-index.ts'

/** Allocates the wallet's nonces: one at a time, in the order of the decisions about one sub-account. */
export type NonceAllocation = {
  /**
   * Prepares an intent beside others. `prepare` gets a promise to wait for before it takes a nonce: it resolves once
   * every earlier intent about the same sub-accounts has a nonce, or gets none. A later decision may undo an earlier
   * one, and not the other way round.
   */
  inOrder<T>(touches: Intent['touches'], prepare: (earlier: Promise<unknown>) => Promise<T>): Promise<T>
  /** Takes a nonce for what `use` signs and records; the next nonce is taken once `use` has settled. */
  take<T>(pending: number, use: (nonce: number) => Promise<T>): Promise<T>
}

export function createNonceAllocation(index: Pick<TransactionIndex, 'isTaken'>): NonceAllocation {
  /** By sub-account. */
  const latest = new Map<string, Promise<unknown>>()
  const inTurn = createSerialQueue()

  return {
    inOrder(touches, prepare) {
      const keys = touches.map(keyOf)
      const earlier = Promise.all(keys.flatMap((key) => latest.get(key) ?? []))
      const prepared = prepare(earlier)
      const settled = Promise.allSettled([earlier, prepared]).then(() => {
        for (const key of keys) if (latest.get(key) === settled) latest.delete(key)
      })
      for (const key of keys) latest.set(key, settled)
      return prepared
    },
    take: (pending, use) => inTurn(() => use(freeNonce(pending))),
  }

  /**
   * The first nonce from the node's on that no transaction of the lane has. A node that lags, or has lost transactions
   * of its pool, names one too low; an intent that was not sent after all leaves one free.
   */
  function freeNonce(pending: number): number {
    let nonce = pending
    while (index.isTaken(nonce)) nonce += 1
    return nonce
  }
}
