import type { FundingReport } from '../funding/funding-report.ts'
import type { TransactionActor } from '../transactions/tracked-transaction.ts'
import type { Emit } from './emit.ts'
import { createForeignWatch, type ForeignWatchOptions } from './foreign-watch.ts'
import { createFundingWatch } from './funding-watch.ts'
import { createTransactionWatch, type ChangedTransaction } from './transaction-watch.ts'

/** Tells what a wallet sends, and what it decides to. */
export type SendingWatch = {
  funding: FundingReport
  /** Transactions of earlier processes, as the journal says. */
  know(actors: Iterable<TransactionActor>): void
  see(transaction: ChangedTransaction): void
  /** Looks for transactions of other programs. */
  look(): void
}

export type CreateSendingWatch = (options: ForeignWatchOptions & { emit: Emit }) => SendingWatch

export const createSendingWatch: CreateSendingWatch = (options) => {
  const funding = createFundingWatch(options.emit)
  const transactions = createTransactionWatch({ ...options, onPaymentFailed: (id) => funding.transactionFailed(id) })
  const foreign = createForeignWatch(options)
  return {
    funding,
    know: (actors) => transactions.know(actors),
    see: (transaction) => transactions.see(transaction),
    look: () => foreign.look(),
  }
}
