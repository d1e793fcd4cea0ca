import { formatOg, weiToOg } from '../base/amounts.ts'
import type { ClosingCancelled } from './types.ts'
import { OgLedgerError } from '../base/errors.ts'

/** The ledger is being closed: the broker pays nothing to a provider any more. Nothing was sent. */
export class LedgerClosingError extends OgLedgerError {
  override readonly name = 'LedgerClosingError'
  constructor(operation: string) {
    super('The ledger is being closed, so nothing is paid to a provider.', {
      operation,
      do: 'cancel that first, with ledger.cancelClosing() or og-ledger close --cancel',
    })
  }
}

/** The closing that the caller waited for was cancelled. */
export class ClosingCancelledError extends OgLedgerError {
  override readonly name = 'ClosingCancelledError'
  readonly cancelled: ClosingCancelled
  constructor(cancelled: ClosingCancelled) {
    const { locked, available } = cancelled
    super('Closing was cancelled; what was done so far stands.', {
      available: `${weiToOg(available)} OG`,
      ...Object.fromEntries(
        locked.map(({ provider, serviceType, amount, until }) => [
          `${serviceType} ${provider}`,
          `${formatOg(amount)} OG locked until ${new Date(until * 1_000).toISOString()}`,
        ]),
      ),
    })
    this.cancelled = cancelled
  }
}

/** Everything within reach is home, and the ledger still counts money in a service that the network does not name. */
export class ClosingStuckError extends OgLedgerError {
  override readonly name = 'ClosingStuckError'
  constructor(amount: bigint) {
    super('The ledger cannot be closed: money of it lies in a service that this network does not name.', {
      amount: `${weiToOg(amount)} OG`,
      do: 'close it with a NetworkConfig that names that service, such as an older version of one',
    })
  }
}
