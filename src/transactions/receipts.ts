import { ContractError, type TransactionRevertedError } from '../base/contract-errors.ts'
import { revertedRefusal } from '../base/contract-refusals.ts'
import type { MinedTransaction, TransactionPort } from '../chain/port.ts'
import type { TrackedTransaction } from './tracked-transaction.ts'

/**
 * The receipt of the attempt that was mined; null while the node has none. A request that fails counts as none: some
 * nodes answer with an error for a receipt that they do not have yet.
 */
export async function findReceipt(
  port: Pick<TransactionPort, 'mined'>,
  transaction: Pick<TrackedTransaction, 'attempts'>,
): Promise<MinedTransaction | null> {
  const receipt = await lookForReceipt(port, transaction)
  return receipt === 'unanswered' ? null : receipt
}

/** The same, where a request that fails, and no other one with a receipt, is no answer. */
export async function lookForReceipt(
  port: Pick<TransactionPort, 'mined'>,
  { attempts }: Pick<TrackedTransaction, 'attempts'>,
): Promise<MinedTransaction | null | 'unanswered'> {
  const answers = await Promise.allSettled(attempts.map(({ hash }) => port.mined(hash)))
  const receipts = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : null))
  const isAnswered = answers.every(({ status }) => status === 'fulfilled')
  return receipts.find((receipt) => receipt !== null) ?? (isAnswered ? null : 'unanswered')
}

/** Why a mined transaction reverted. A receipt has no reason, so the node repeats the call as of its block. */
export async function revertReason(
  port: Pick<TransactionPort, 'replay'>,
  { intent }: Pick<TrackedTransaction, 'intent'>,
  mined: MinedTransaction,
): Promise<TransactionRevertedError> {
  const replayed = await port.replay(intent.call, mined.blockNumber).catch(() => null)
  const reason = replayed instanceof ContractError ? replayed : { errorName: 'no reason', errorArgs: {} }
  const { errorName, errorArgs } = reason
  return revertedRefusal({ operation: intent.call.method, errorName, errorArgs }, mined)
}
