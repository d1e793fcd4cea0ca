import { OgLedgerError, type ErrorOptions, type Facts } from '../base/og-ledger-error.ts'

/** A receiver did not take a delivery. Its message names the receiver and the answer, never the URL. */
export class DeliveryError extends OgLedgerError {
  override readonly name = 'DeliveryError'
  /** For how long the receiver asked to be left alone; 0 where it did not. */
  readonly retryAfterMs: number

  constructor(sentence: string, facts: Facts, { retryAfterMs = 0, ...options }: DeliveryErrorOptions = {}) {
    super(sentence, facts, { retryable: true, ...options })
    this.retryAfterMs = retryAfterMs
  }
}

export type DeliveryErrorOptions = ErrorOptions & { retryAfterMs?: number }
