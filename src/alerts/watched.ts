import { sentenceOf } from '../base/error-sentence.ts'
import { networkName, type Broker, type NetworkConfig } from '../index.ts'

/** A broker, or a fleet of them. */
export type AlertsSource = Broker | FleetToWatch

/** What alerts need of a fleet; that of `og-ledger/fleet` has it. */
export type FleetToWatch = Pick<Broker, 'plan$'> & {
  readonly network: NetworkConfig
  wallets(): readonly SeatView[]
  broker(wallet: string): Broker | null
  brokers(): readonly Broker[]
}

/** A wallet's place in a fleet: whether this process, another one or none sends for it. */
export type SeatView = { wallet: string; state: string; reason: string | null; lease: object | null }

/** One wallet that is watched. */
export type WatchedWallet = {
  wallet: string
  /** Null while this process does not send for it. */
  broker: Broker | null
  /** Null outside a fleet. */
  seat: SeatView | null
}

/** What alerts are about: one wallet, or those of a fleet. */
export type Watched = {
  network: string
  plan$: Broker['plan$']
  wallets(): WatchedWallet[]
  /** A wallet that has just planned; null where its broker is closed meanwhile. */
  planned(wallet: string): WatchedWallet | null
}

export function watchedOf(source: AlertsSource): Watched {
  const { plan$ } = source
  const network = networkName(source.network)
  if (!('wallets' in source)) {
    const only = { wallet: source.wallet, broker: source, seat: null }
    return { network, plan$, wallets: () => [only], planned: () => only }
  }
  return {
    network,
    plan$,
    wallets() {
      const brokers = new Map(source.brokers().map((broker) => [broker.wallet, broker]))
      return source.wallets().map((seat) => ({ wallet: seat.wallet, broker: brokers.get(seat.wallet) ?? null, seat }))
    },
    planned(wallet) {
      const broker = source.broker(wallet)
      return broker && { wallet, broker, seat: seatOf(broker) }
    },
  }
}

/** Without asking the fleet for all of its wallets. */
function seatOf(broker: Broker): SeatView {
  const refusal = broker.refusal()
  return { wallet: broker.wallet, state: 'open', reason: refusal && sentenceOf(refusal), lease: {} }
}
