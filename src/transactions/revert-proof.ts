import { ContractError } from '../base/contract-errors.ts'
import type { Clock } from '../base/clock.ts'
import type { MinedTransaction, TransactionPort } from '../chain/port.ts'
import type { TrackedTransaction } from './tracked-transaction.ts'

/** A revert that nothing else proves is believed once the node's receipts have said so for this long, without a break. */
const STANDS_MS = 6_000
/** A pause between two looks counts as no more than this: what the node says in between is not known. */
const MOST_PAUSE_MS = 3_000

/**
 * The receipt whose outcome may be believed; null while there is none. One that says "reverted" needs a proof, because what was
 * paid would not count as paid: the call fails as of the block before it as well, or the node has kept to this very receipt at
 * every look for some seconds. The tracker passes on each look, also one without a receipt: that ends what stood before.
 */
export type ProvenReceipt = (
  transaction: TrackedTransaction,
  mined: MinedTransaction | null,
) => Promise<MinedTransaction | null>

/** What the node has kept to: a receipt, the milliseconds that it has stood, and when it was last seen. */
type Standing = { receipt: string; forMs: number; seenAt: number }

export function createRevertProof({
  port,
  clock,
}: {
  port: Pick<TransactionPort, 'replay'>
  clock: Clock
}): ProvenReceipt {
  const standing = new WeakMap<TrackedTransaction, Standing>()

  return async (transaction, mined) => {
    if (mined?.status !== 0) {
      standing.delete(transaction)
      return mined
    }
    if (stands(transaction, mined)) return mined
    const replayed = await port.replay(transaction.intent.call, mined.blockNumber - 1).catch(() => null)
    return replayed instanceof ContractError ? mined : null
  }

  function stands(transaction: TrackedTransaction, { transactionHash, blockNumber }: MinedTransaction): boolean {
    const receipt = `${transactionHash} ${blockNumber}`
    const before = standing.get(transaction)
    const seenAt = clock.now()
    const forMs =
      before?.receipt === receipt ? before.forMs + Math.max(0, Math.min(seenAt - before.seenAt, MOST_PAUSE_MS)) : 0
    standing.set(transaction, { receipt, forMs, seenAt })
    return forMs >= STANDS_MS
  }
}
