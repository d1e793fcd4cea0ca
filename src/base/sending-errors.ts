import { OgLedgerError, type Facts } from './og-ledger-error.ts'

/** Sending money to the sub-account would undo a refund that is pending there. */
export class RefundPendingError extends OgLedgerError {
  override readonly name = 'RefundPendingError'
}

/** A limit does not allow it: the budget of a rolling window, the most for one top-up, or the ledger's reserve. */
export class BudgetExhaustedError extends OgLedgerError {
  override readonly name = 'BudgetExhaustedError'
}

/** A sub-account could not be filled in time: its transaction is not mined, or it is charged faster than that. */
export class NotFundedError extends OgLedgerError {
  override readonly name = 'NotFundedError'
  constructor(facts: Facts) {
    super('The sub-account still has less available than that.', facts, { retryable: true })
  }
}

/** No sub-account has free money to retrieve or a refund to claim now. */
export class NothingToRetrieveError extends OgLedgerError {
  override readonly name = 'NothingToRetrieveError'
}

/** Retrieving would lock money that a provider works with. Nothing was sent. */
export class WouldLockError extends OgLedgerError {
  override readonly name = 'WouldLockError'
}

/** The ledger has nothing available to withdraw. */
export class NothingToWithdrawError extends OgLedgerError {
  override readonly name = 'NothingToWithdrawError'
}

/** A transaction of another program spent the nonce: this one can never be mined. Nothing was paid. */
export class SupersededError extends OgLedgerError {
  override readonly name = 'SupersededError'
  constructor(facts: Facts) {
    super('Another transaction of this wallet took the nonce, so this one was not mined.', facts, { retryable: true })
  }
}

/** A wallet was asked to send a transaction and did not say whether it did. */
export class UnresolvedIntentError extends OgLedgerError {
  override readonly name = 'UnresolvedIntentError'
  readonly id: string
  constructor({ id, cause }: { id: string; cause: unknown }) {
    super(
      'The wallet did not say whether it sent the transaction.',
      {
        id,
        reason: cause instanceof Error ? cause.message.split('\n', 1)[0] : undefined,
        do: 'look in the wallet, then call resolveIntent(id) with its hash or "not-sent"',
      },
      { cause },
    )
    this.id = id
  }
}

/** Another process sends for the same wallet. */
export class LockedError extends OgLedgerError {
  override readonly name = 'LockedError'
}
