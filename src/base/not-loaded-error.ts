import { OgLedgerError } from './og-ledger-error.ts'

/** A page asks for a dry run at once, whose code it has not loaded so far. */
export class NotLoadedError extends OgLedgerError {
  override readonly name = 'NotLoadedError'
  constructor() {
    const advice = 'await broker.plan({ dryRun: true }) or broker.forecast() once before: it loads them'
    super('What plans dry runs is not loaded yet.', { do: advice })
  }
}
