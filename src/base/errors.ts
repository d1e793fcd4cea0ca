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

/** The journal's file is damaged, was replaced or cannot be written; guessing would risk paying twice. */
export class JournalError extends OgLedgerError {
  override readonly name = 'JournalError'
}

/** The broker was closed, or the call's signal aborted, before anything was sent. */
export class AbortedError extends OgLedgerError {
  override readonly name = 'AbortedError'
}

/** A transaction was not sent; its subclasses say why. Nothing was paid. */
export class NotSentError extends OgLedgerError {
  override readonly name: string = 'NotSentError'
}

/** The broker was created without a signer. */
export class ReadOnlyError extends NotSentError {
  override readonly name = 'ReadOnlyError'
  constructor(wallet: string) {
    super('This broker is read-only.', { wallet, do: 'create it with a signer to send transactions' })
  }
}

/** The signer failed to sign, other than by a refusal. */
export class SigningError extends NotSentError {
  override readonly name = 'SigningError'
  constructor(facts: { operation: string; reason: string }, options: ErrorOptions = {}) {
    super('The signer did not sign.', facts, options)
  }
}
