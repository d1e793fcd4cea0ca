import type { TransactionPort } from '../chain/port.ts'
import type { Outcomes } from './outcomes.ts'
import { isRefusedForGood } from './resubmission.policy.ts'
import type { TrackedTransaction } from './tracked-transaction.ts'

export type RefusalOptions = {
  port: Pick<TransactionPort, 'knows' | 'transactionCount'>
  outcomes: Pick<Outcomes, 'refused'>
  now: number
  blockTimeMs: number
}

/** Ends a transaction that the node refuses for good, once it is proven that no node has it and its nonce is free. */
export async function resolveRefusal(
  transaction: TrackedTransaction,
  { port, outcomes, now, blockTimeMs }: RefusalOptions,
): Promise<void> {
  const { nonce, refusals, answer, attempts, takenAt } = transaction
  if (refusals === 0 || !answer) return
  const [spent, ...known] = await Promise.all([
    port.transactionCount('latest').catch(() => null),
    // A node that does not answer may have it.
    ...attempts.map(({ hash }) => port.knows(hash).catch(() => true)),
  ])
  const blocksSinceTaken = takenAt === null ? null : (now - takenAt) / Math.max(1, blockTimeMs)
  const facts = { nonce, refusals, spent, isKnown: known.includes(true), blocksSinceTaken }
  if (isRefusedForGood(facts)) await outcomes.refused(transaction, answer.message)
}
