import type { Decision } from '../../machines/auto-funding/plan.types.ts'
import type { DepositDecision } from '../../machines/ledger/auto-deposit.types.ts'
import type { ReclaimIdle } from './config/reclaim.ts'
import type { DepositTrial } from './deposit-trial.ts'
import type { FundingTrial } from './funding-trial.ts'
import type { Block, Position } from '../../machines/position.types.ts'

/** What to do about each sub-account at one block, and why nothing is done. */
export type Plan = {
  block: Block
  position: Position
  decisions: readonly Decision[]
  /** What the ledger lacks to do everything that is due, in wei. */
  shortfall: bigint
  /** What the wallet keeps for the gas of a full exit, in wei; 0 while no gas price is known. */
  gasReserve: bigint
  /** What the budget for all providers together leaves, in wei; left out where there is none. */
  budgetLeft?: bigint
  /** What to deposit into the ledger, and why nothing; left out while auto-deposit is off. */
  deposit?: DepositDecision
}

/** A plan as if auto-funding were on, with its defaults, for every sub-account that exists. */
export type DryRun = {
  /** As if it were on for these providers alone, each with a config of its own; a sub-account need not exist. */
  autoFunding?: readonly FundingTrial[]
  /** Also as if auto-deposit were on, with this config. */
  autoDeposit?: DepositTrial
  /** Also as if the money of each were asked back while it is idle, where auto-funding is off. */
  reclaimIdle?: ReclaimIdle
}

export type PlanOptions = {
  /** As if auto-funding were on, with its defaults, for every sub-account that exists. */
  dryRun?: boolean | DryRun
  /** The last reading failed: the position is older than the interval. */
  isStale?: boolean
}
