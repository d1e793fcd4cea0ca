import { OvertakenError } from '../base/not-sent-errors.ts'
import { createSerialQueue } from '../base/serial.ts'
import { keyOf } from '../base/sub-account-key.ts'
import type { Intent } from './intent.ts'
import { foreignNonces, readNonces, type NonceCounts } from './nonce-reading.policy.ts'
import { UnknownPendingError } from './send-errors.ts'
import type { TransactionIndex } from './transaction-index.ts'

export type NonceAllocationOptions = {
  index: Pick<TransactionIndex, 'nonces' | 'revived'>
  /** Called with nonces of the pool that the journal does not know. */
  onUnknown: (nonces: readonly number[]) => void
}

/** Allocates the wallet's nonces: one at a time, in the order of the decisions about one sub-account. */
export type NonceAllocation = {
  /**
   * Prepares an intent beside others. `prepare` gets a promise to wait for before it takes a nonce: it resolves once
   * every earlier intent about the same sub-accounts has a nonce, or gets none. A later decision may undo an earlier
   * one, and not the other way round.
   */
  inOrder<T>(touches: Intent['touches'], prepare: (earlier: Promise<unknown>) => Promise<T>): Promise<T>
  /**
   * Takes a nonce for what `use` signs and records; the next nonce is taken once `use` has settled.
   *
   * @param counts.seen the count that the decision to send has seen; null where it rests on none
   * @throws UnknownPendingError while the node's pool holds a transaction that the journal does not know, OvertakenError where one
   *   was mined that the decision does not show
   */
  take<T>(
    counts: NonceCounts & { seen?: number | null },
    operation: string,
    use: (nonce: number) => Promise<T>,
  ): Promise<T>
  /** Takes this nonce, unless a transaction of the lane has it by now. */
  fill(nonce: number, use: () => Promise<void>): Promise<void>
}

export function createNonceAllocation({ index, onUnknown }: NonceAllocationOptions): NonceAllocation {
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
    take: (counts, operation, use) =>
      inTurn(async () => {
        const { next, unknown } = readNonces(counts, index.nonces())
        const unseen = [...foreignNonces(counts, index.nonces()), ...revivedSince(counts.seen)]
        if (unseen.length + unknown.length === 0) return use(next)
        onUnknown([...unseen, ...unknown])
        if (unknown.length > 0) throw new UnknownPendingError({ operation, nonces: unknown })
        throw new OvertakenError(
          'Another program sent a transaction of this wallet, which the decision does not show.',
          {
            operation,
            nonce: unseen.join(', '),
            do: 'try again: the next reading shows it',
          },
        )
      }),
    fill: (nonce, use) =>
      inTurn(async () => {
        const { open, mined } = index.nonces()
        if (!open.has(nonce) && !mined.has(nonce)) await use()
      }),
  }

  /** What a node refused for good was not in flight for a decision, and was mined after it. */
  function revivedSince(seen: number | null = null): number[] {
    return seen === null ? [] : [...index.revived].filter((nonce) => nonce >= seen)
  }
}
