import { OgLedgerError, type ErrorOptions, type Facts } from './og-ledger-error.ts'

/** An argument or option of the caller cannot work. Nothing was sent. */
export class InvalidInputError extends OgLedgerError {
  override readonly name = 'InvalidInputError'
}

/** The chain could not be read. This says nothing about balances: a failed read is never "absent" and never zero. */
export class ReadError extends OgLedgerError {
  override readonly name = 'ReadError'
  constructor(sentence: string, facts: Facts, options: ErrorOptions = {}) {
    super(sentence, facts, { retryable: true, ...options })
  }
}

/** The node answers with blocks older than one already seen, or than the wallet's own last transaction. */
export class StaleReadingError extends OgLedgerError {
  override readonly name = 'StaleReadingError'
  constructor(facts: Facts) {
    super('The node answers as of a block that is too old.', facts, { retryable: true })
  }
}

/** The file of a part of the library's code did not come to a page, as without a network. Nothing was sent. */
export class ChunkLoadError extends OgLedgerError {
  override readonly name = 'ChunkLoadError'
  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const advice = 'try again with a network; where the page was deployed anew, reload it'
    super('A part of og-ledger could not be loaded.', { reason, do: advice }, { cause, retryable: true })
  }
}

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

/** The deployment is an older one, whose contracts lack a function that this needs. Nothing was sent. */
export class CapabilityMissingError extends OgLedgerError {
  override readonly name = 'CapabilityMissingError'
  /** The contract's function. */
  readonly capability: string
  constructor({ capability, ...facts }: { capability: string } & Facts, options: ErrorOptions = {}) {
    super(`This deployment is an older one: its contract has no ${capability}.`, facts, options)
    this.capability = capability
  }
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

/** The journal's file is damaged, was replaced or cannot be written; guessing would risk paying twice. */
export class JournalError extends OgLedgerError {
  override readonly name = 'JournalError'
}

/** The broker was closed, or the call's signal aborted, before anything was sent. */
export class AbortedError extends OgLedgerError {
  override readonly name = 'AbortedError'
}
