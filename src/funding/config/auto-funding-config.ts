import type { Decision } from '../../../machines/auto-funding/plan.types.ts'
import type { Amount } from '../../base/amounts.ts'
import { checkObject, knownNames } from '../../base/check-options.ts'
import type { Duration } from '../../base/durations.ts'
import { InvalidInputError } from '../../base/errors.ts'
import type { Budget } from './budget.ts'
import type { ReclaimIdle } from './reclaim.ts'

/** How one sub-account is kept funded. Every limit holds across restarts. Options in `…Ms` take milliseconds or a `Duration`. */
export type AutoFundingConfig = {
  /** How often the position is read at least; the broker's interval where left out. From 100 ms. */
  intervalMs?: number | Duration
  /** `required = unsettledFee + bufferMultiplier × minLockedBalance`; 2 by default, fractions allowed. */
  bufferMultiplier?: number
  /** The locked balance that the provider demands; the network's value by default. */
  minLockedBalance?: Amount
  /**
   * The level that a top-up fills up to: a multiple of `minLockedBalance` (number) or an amount. By default 1.5 times the
   * trigger: `target: 3` with `bufferMultiplier: 2`. As much as the trigger pays exactly what is missing.
   */
  target?: number | Amount
  /** Instead of `target`: top up when less than `trigger` is left at the measured burn rate, to last for `target`. */
  runway?: { trigger: Duration; target: Duration }
  /**
   * What the provider has served and not settled yet, in wei: called before each decision. By default the broker asks an
   * inference provider itself, where the wallet signs without a person; `false` counts no fee.
   */
  unsettledFee?: false | (() => bigint | Promise<bigint>)
  /**
   * A larger claim of the provider holds its top-ups. By default the largest of 10 × the minimum, the last hour's burn, and
   * what its prices on the chain explain: five of the largest requests, 120 OG at most.
   */
  maxUnsettledFee?: Amount
  /**
   * Holds a jump of the burn: a last hour of more than `factor` times the usual burn, until settlements prove it or
   * `forMs` are over. `'off'` holds none; by default 10 times, and ten minutes at most. A budget or `approve` overrules it.
   */
  anomaly?: 'off' | { factor: number; forMs: number | Duration }
  /**
   * The most that a new provider gets within a day, until a day after its first charge. By default 50 × `minLockedBalance`, or
   * twice the target where that is more; `'off'` for no such limit. `approve` overrules it.
   */
  firstDay?: Amount
  /** The most that one top-up sends. */
  maxTopUp?: Amount
  /** The most that this provider gets in a rolling window. */
  budget?: Budget
  /**
   * A top-up sends at least this, where limits and ledger allow it: fewer and larger payments. By default 0.1 OG, or a tenth
   * of `minLockedBalance` where that is less.
   */
  minTopUp?: Amount
  /** Every top-up is a multiple of this. */
  step?: Amount
  /** A top-up is so large that its gas is at most this part of it (0.01: one percent), where limits and ledger allow it. */
  maxGasShare?: number
  /** Holds where limits or ledger allow a part alone; `false` by default: the part is sent. */
  allOrNothing?: boolean
  /** What must stay in the ledger. `soft`: it is given up once the sub-account is at or below the provider's minimum. */
  ledgerReserve?: Amount | { amount: Amount; soft: boolean }
  /** The least time between two top-ups; at most 31 days. */
  cooldownMs?: number | Duration
  /** While a refund is pending: `hold` leaves it alone, `reuse` tops up from it first. `hold` by default. */
  onPendingRefund?: 'hold' | 'reuse'
  /**
   * Auto-claims refunds whose lock is over. What is available stays available, except for the seconds between the two
   * transactions. A refund that is worth less than its gas stays, unless it keeps a top-up waiting. Off by default; for every
   * sub-account: `BrokerOptions`.
   */
  autoClaim?: boolean
  /**
   * Idle money: a sub-account that nothing charged, paid or asked for so long gives what is free there, beyond `keep`, back to
   * the ledger, and is topped up again once something uses it. Its refund is claimed as with `autoClaim`. `needed` (by default)
   * asks while the ledger lacks money for what is due, `always` at once. What is not known counts as use. Off by default.
   */
  reclaimIdle?: ReclaimIdle
  /**
   * Called before each top-up; `false` refuses it. An approved amount is sent only where a plan on a new reading still
   * wants as much. The signal aborts once no answer is needed any more.
   */
  approve?: (decision: Decision, signal: AbortSignal) => boolean | Promise<boolean>
  /** How long `approve` may take; after that it is called anew, with what is missing by then. 1 hour by default. */
  approvalTimeoutMs?: number | Duration
  /** When the ledger runs short, higher priorities are funded first; 0 by default. */
  priority?: number
  /** Pays the provider also while it offers no such service; `false` by default: auto-funding holds then. */
  force?: boolean
}

const names: Readonly<Record<keyof AutoFundingConfig, true>> = {
  intervalMs: true,
  bufferMultiplier: true,
  minLockedBalance: true,
  target: true,
  runway: true,
  unsettledFee: true,
  maxUnsettledFee: true,
  anomaly: true,
  firstDay: true,
  maxTopUp: true,
  budget: true,
  minTopUp: true,
  step: true,
  maxGasShare: true,
  allOrNothing: true,
  ledgerReserve: true,
  cooldownMs: true,
  onPendingRefund: true,
  autoClaim: true,
  reclaimIdle: true,
  approve: true,
  approvalTimeoutMs: true,
  priority: true,
  force: true,
}

/** A misspelt limit would not be a limit, and neither would an amount in the place of the config. */
export function checkNames(config: AutoFundingConfig): void {
  checkObject('auto-funding', config)
  const [first, ...others] = Object.keys(config).filter((name) => !Object.hasOwn(names, name))
  if (first === undefined) return
  throw new InvalidInputError('There is no such option of auto-funding.', {
    option: [first, ...others].join(', '),
    ...knownNames(first, Object.keys(names)),
  })
}
