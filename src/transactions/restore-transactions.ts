import type { Lazy } from '../base/lazy.ts'
import { OLD_DEPTH } from './finality.ts'
import { foldRecords } from './journal-fold.ts'
import type { JournalRecord, Mined } from './journal.types.ts'
import { GIVEN_BLOCK } from './recent-receipts.ts'
import { settledNonces } from './settled-nonces.ts'
import type { TrackedTransaction, TrackedTransactionInput } from './tracked-transaction.ts'
import type { Tracker } from './tracker.ts'

export type RestoreOptions = {
  remember: (input: TrackedTransactionInput) => TrackedTransaction
  /** Made for the first transaction that is taken up. */
  tracker: Lazy<Pick<Tracker, 'follow' | 'watch' | 'watchOld' | 'refused'>>
  onMined: (transaction: TrackedTransaction, blockNumber: number) => void
}

/** Takes up the transactions of earlier processes: mined ones may be taken back, open ones are followed. */
export function restoreTransactions(
  records: readonly JournalRecord[],
  { remember, tracker, onMined }: RestoreOptions,
): void {
  const entries = foldRecords(records)
  const { settled, newest } = settledNonces(entries)
  for (const { prepared, attempts, outcome } of entries) {
    const input = { ...prepared, attempts: [...attempts], background: true }
    if (outcome?.type === 'superseded') {
      if (outcome.refused && !settled.has(prepared.nonce)) tracker.part.refused.add(input)
      continue
    }
    const transaction = remember(input)
    if (attempts.length > 0) transaction.actor.send({ type: 'sent', hash: attempts.at(-1)?.hash ?? null })
    if (outcome) {
      restoreMined(transaction, outcome)
      continue
    }
    // The earlier process may have sent it until it ended: a node may have it that this one does not reach.
    transaction.takenAt = transaction.since
    tracker.part.follow(transaction)
  }

  function restoreMined(
    transaction: TrackedTransaction,
    { hash, blockNumber, status, isGiven, notBefore = 0 }: Mined,
  ): void {
    const block = isGiven ? GIVEN_BLOCK : blockNumber
    onMined(transaction, block)
    // Where the journal does not say, when it was decided on counts.
    transaction.notBefore = notBefore
    const mined = { hash, blockNumber: block, gasUsed: '0' } as const
    if (status === 1) transaction.actor.send({ type: 'receipt.succeeded', ...mined })
    else transaction.actor.send({ type: 'receipt.reverted', ...mined, reason: 'before this process' })
    // Of those before, the readings that decided on later ones have seen the end.
    if (isGiven || newest - blockNumber > OLD_DEPTH) tracker.part.watchOld(transaction)
    else tracker.part.watch(transaction)
  }
}
