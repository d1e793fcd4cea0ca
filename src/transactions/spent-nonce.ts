import { FINALITY_DEPTH } from '../base/finality.ts'
import type { TransactionPort } from '../chain/port.ts'
import type { Outcomes } from './outcomes.ts'
import { spenderAction } from './resubmission.policy.ts'
import type { TrackedTransaction } from './tracked-transaction.ts'

export type SpentNonceOptions = {
  port: Pick<TransactionPort, 'spender' | 'isCall' | 'head' | 'transactionCount' | 'knows'>
  outcomes: Pick<Outcomes, 'adopted' | 'superseded'>
}

/**
 * Asks which transaction spent the nonce of one that has no receipt: the node lags, the same call was signed anew, or
 * the nonce is lost.
 */
export async function resolveSpentNonce(
  transaction: TrackedTransaction,
  { port, outcomes }: SpentNonceOptions,
): Promise<void> {
  const { nonce, intent, attempts } = transaction
  const spender = await port.spender(nonce)
  if (!spender) {
    if (await isSpentWithoutTransaction(transaction, port))
      await outcomes.superseded(transaction, `nonce ${nonce} was spent without a transaction of the wallet`)
    return
  }
  const { transactionHash, depth } = spender
  const isSameCall = port.isCall(spender, intent.call)
  switch (spenderAction(attempts, { transactionHash, isSameCall, isFinal: depth >= FINALITY_DEPTH })) {
    case 'adopt':
      return outcomes.adopted(transaction, transactionHash)
    case 'abandon':
      return outcomes.superseded(transaction, `nonce ${nonce} was spent by ${transactionHash}`)
    case 'wait':
      return
  }
}

/**
 * An EIP-7702 authorization in another account's transaction spends the nonce of its key. That is proven where the nonce was
 * spent as of a final block and the node knows no hash of the transaction. Whatever is decided next rests on a position that
 * shows what really happened.
 */
async function isSpentWithoutTransaction(
  { nonce, attempts }: TrackedTransaction,
  port: SpentNonceOptions['port'],
): Promise<boolean> {
  if (attempts.length === 0) return false
  try {
    const spent = await port.transactionCount(Math.max(0, (await port.head()) - FINALITY_DEPTH))
    if (spent <= nonce) return false
    const known = await Promise.all(attempts.map(({ hash }) => port.knows(hash)))
    return !known.includes(true)
  } catch {
    return false
  }
}
