import type { Broker } from '../index.ts'

/** A broker, or what has several, such as a fleet. */
export type MetricsSource = Broker | FleetSource

/** What has several brokers; `wallets` and `leasesLost` are those of a fleet. */
export type FleetSource = {
  brokers(): readonly Broker[]
  wallets?(): readonly {
    wallet: string
    state: string
    lease: { expiresInMs?: number } | null
    retry?: { kind: string; at: number }
  }[]
  leasesLost?(): number
}
