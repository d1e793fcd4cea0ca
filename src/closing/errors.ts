import { formatOg, weiToOg } from '../base/amounts.ts'
import type { ClosingCancelled } from './types.ts'
import { OgLedgerError } from '../base/og-ledger-error.ts'

/** The closing that the caller waited for was cancelled. */
export class ClosingCancelledError extends OgLedgerError {
  override readonly name = 'ClosingCancelledError'
  readonly cancelled: ClosingCancelled
  constructor(cancelled: ClosingCancelled) {
    const { locked, available } = cancelled
    super('Closing was cancelled; what was done so far stands.', {
      available: `${weiToOg(available)} OG`,
      ...Object.fromEntries(
        locked.map(({ provider, serviceType, service = serviceType, amount, until }) => [
          `${service} ${provider}`,
          `${formatOg(amount)} OG locked until ${new Date(until * 1_000).toISOString()}`,
        ]),
      ),
    })
    this.cancelled = cancelled
  }
}

/** Everything within reach is home, and the ledger still counts money in a kind of service that the broker does not know. */
export class ClosingStuckError extends OgLedgerError {
  override readonly name = 'ClosingStuckError'
  constructor(amount: bigint) {
    super('The ledger cannot be closed: money of it lies in a kind of service that og-ledger does not know.', {
      amount: `${weiToOg(amount)} OG`,
      do: 'retrieve it with the SDK of that service, and close the ledger then',
    })
  }
}
