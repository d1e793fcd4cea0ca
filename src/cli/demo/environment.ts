import type { Broker } from '../../index.ts'
import { short } from '../screen/words.ts'
import { modelName } from './names.ts'

/** A provider that charges an amount on request; `settle` resolves once the charge is in a block. */
export type DemoProvider = {
  address: string
  /** Its model, as the page shows it; for fine-tuning its address in short. */
  name: string
  serviceType: 'inference' | 'fine-tuning'
  settle(user: string, fee: bigint): Promise<{ blockNumber: number }>
}

/** What is available in a sub-account after a transaction changed it, in wei. */
export type BalanceChange = Pick<DemoProvider, 'serviceType'> & {
  provider: string
  available: bigint
  blockNumber: number
}

export type DemoEnvironmentOptions = { inferenceProviders: number; fineTuningProviders: number }

/** What the demo runs on: a chain with the contracts, providers that charge, and the broker of a new wallet. */
export type DemoEnvironment = {
  broker: Broker
  providers: readonly DemoProvider[]
  /** Resolves with the error with which the chain ends by itself. */
  failure: Promise<unknown>
  /** How many times faster than the clock time has passed so far; null for a chain with its own time. */
  speed(): number | null
  /** Waits in the chain's own time; resolves early when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** Every change of the wallet's sub-accounts up to a block, in the order of the chain. */
  history(toBlock: number): Promise<readonly BalanceChange[]>
  /** The wallet's number of transactions at a block. */
  transactionCount(blockNumber: number): Promise<number>
  stop(): Promise<void>
}

/** The name of the provider at an index. */
export const nameOf = (
  { address, serviceType }: Pick<DemoProvider, 'address' | 'serviceType'>,
  index: number,
): string => (serviceType === 'inference' ? modelName(index) : `fine-tuning ${short(address)}`)

/** How often the position is read. */
export const INTERVAL_MS = 500
