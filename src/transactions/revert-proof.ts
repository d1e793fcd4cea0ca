import { ContractError } from '../base/contract-errors.ts'
import type { Clock } from '../base/clock.ts'
import type { MinedTransaction, TransactionPort } from '../chain/port.ts'
import type { TrackedTransaction } from './tracked-transaction.ts'

/** A revert that nothing else proves is believed once the node's receipts have said so for this long. */
const STANDS_MS = 6_000

/**
 * Whether a receipt's outcome may be believed. One that says "reverted" needs a proof, because what was paid would not count as
 * paid: the call fails as of the block before it as well, or the node has kept to it for some seconds.
 */
export type IsProven = (transaction: TrackedTransaction, mined: MinedTransaction) => Promise<boolean>

export function createRevertProof({ port, clock }: { port: Pick<TransactionPort, 'replay'>; clock: Clock }): IsProven {
  const revertedSince = new WeakMap<TrackedTransaction, number>()

  return async (transaction, { status, blockNumber }) => {
    if (status === 1) return true
    const since = revertedSince.get(transaction) ?? clock.now()
    revertedSince.set(transaction, since)
    if (clock.now() - since >= STANDS_MS) return true
    const replayed = await port.replay(transaction.intent.call, blockNumber - 1).catch(() => null)
    return replayed instanceof ContractError
  }
}
