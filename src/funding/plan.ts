import type { Decision } from '../../machines/auto-funding/plan.types.ts'
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
}

export type PlanOptions = {
  /** As if auto-funding were on, with its defaults, for every sub-account that exists. */
  dryRun?: boolean
  /** The last reading failed: the position is older than the interval. */
  isStale?: boolean
}
