import type { HoldReason } from '../../machines/auto-funding/auto-funding.types.ts'
import type { Decision } from '../../machines/auto-funding/plan.types.ts'
import type { DepositDecision } from '../../machines/ledger/auto-deposit.types.ts'
import type { Position } from '../../machines/position.types.ts'

/** What a plan says of the money that it pays from. */
type Planned = {
  position: Position
  decisions: readonly Decision[]
  /** In wei. */
  shortfall: bigint
  gasReserve: bigint
  deposit?: DepositDecision
}

/** Whether the ledger can pay what is due, and the wallet the gas of it: one definition for events, health and alerts. */
export type Levels = {
  /** The ledger lacks something for what is due now. */
  isLedgerShort: boolean
  /** A payment is held because the wallet lacks gas. */
  isGasHeld: boolean
  /** The wallet has less than the gas of bringing everything home. */
  isBelowReserve: boolean
}

export function levelsOf({ position, decisions, shortfall, gasReserve, deposit }: Planned): Levels {
  const { ledger, wallet } = position
  const isHeldFor = (reason: HoldReason): boolean =>
    decisions.some((one) => one.action === 'hold' && one.reason === reason) ||
    (deposit?.action === 'hold' && deposit.reason === reason)
  return {
    isLedgerShort: shortfall > 0n || isHeldFor('ledger-short') || isHeldFor('ledger-missing'),
    isGasHeld: isHeldFor('gas-short'),
    // Without a ledger there is nothing to bring home.
    isBelowReserve: ledger !== null && wallet.balance < gasReserve,
  }
}

/** How long money lasts from a block on that runs out at `dryAt`, in seconds; Infinity where it does not run out. */
export function secondsLeft(dryAt: number | null, { timestamp }: { timestamp: number }): number {
  return dryAt === null ? Infinity : dryAt - timestamp
}
