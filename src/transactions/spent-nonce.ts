import type { TransactionPort } from '../chain/port.ts'
import type { Outcomes } from './outcomes.ts'
import { spenderAction } from './resubmission.policy.ts'
import type { TrackedTransaction } from './tracked-transaction.ts'

/** Another wallet program's transaction must be this deep before the nonce counts as lost. */
const SUPERSEDED_DEPTH = 12

/**
 * Asks which transaction spent the nonce of one that has no receipt: the node lags, the same call was signed anew, or
 * the nonce is lost.
 */
export async function resolveSpentNonce(
  transaction: TrackedTransaction,
  { port, outcomes }: { port: Pick<TransactionPort, 'spender' | 'isCall'>; outcomes: Outcomes },
): Promise<void> {
  const { nonce, intent, attempts } = transaction
  const spender = await port.spender(nonce)
  if (!spender) return
  const { transactionHash, depth } = spender
  const isSameCall = port.isCall(spender, intent.call)
  switch (spenderAction(attempts, { transactionHash, isSameCall, isFinal: depth >= SUPERSEDED_DEPTH })) {
    case 'adopt':
      return outcomes.adopted(transaction, transactionHash)
    case 'abandon':
      return outcomes.superseded(transaction, `nonce ${nonce} was spent by ${transactionHash}`)
    case 'wait':
      return
  }
}
