import type { Broker } from '../../index.ts'

/** A provider that charges what it is told to; resolves once the charge is in a block. */
export type DemoProvider = {
  address: string
  serviceType: 'inference' | 'fine-tuning'
  settle(user: string, fee: bigint): Promise<{ blockNumber: number }>
}

/** What one transaction left available in a sub-account, in wei. */
export type BalanceChange = Pick<DemoProvider, 'serviceType'> & { provider: string; available: bigint }

export type DemoEnvironmentOptions = { inferenceProviders: number; fineTuningProviders: number }

/** What the demo is played on: a chain with the contracts, providers that charge, and a broker of a wallet without a past. */
export type DemoEnvironment = {
  broker: Broker
  providers: readonly DemoProvider[]
  /** Resolves with why, when the chain ends by itself. */
  broken: Promise<unknown>
  /** Waits in the chain's own time; over early when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** Everything that ever happened to the wallet's sub-accounts, in the order of the chain. */
  history(toBlock: number): Promise<readonly BalanceChange[]>
  /** How many transactions the wallet has on the chain. */
  transactionCount(blockNumber: number): Promise<number>
  stop(): Promise<void>
}

/** How often the position is read. */
export const INTERVAL_MS = 500
