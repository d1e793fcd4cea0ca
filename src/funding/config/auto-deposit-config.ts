import type { DepositDecision, DepositLevels } from '../../../machines/ledger/auto-deposit.types.ts'
import { toWei, type Amount } from '../../base/amounts.ts'
import {
  anything,
  checkOptions,
  isFunction,
  isHidden,
  isEither,
  isMilliseconds,
  isObjectOf,
  isObjectWith,
  type Fields,
} from '../../base/check-options.ts'
import type { Connection } from '../../chain/connect.ts'
import type { Journal } from '../../transactions/journal.types.ts'
import { inMs, LONGEST_WINDOW, type Duration } from '../../base/durations.ts'
import { InvalidInputError } from '../../base/errors.ts'
import { toBudget, type Budget } from './budget.ts'
import { optionalAmount, optionalPositive } from './checks.ts'
import { runwaySeconds } from './levels.ts'

/** Another key that deposits, and the journal of its transactions: by default a file in the user's state directory. */
export type PayingKey = { signer: NonNullable<Connection['signer']>; journal?: Journal }

/** How the ledger is kept filled from the wallet. Every limit holds across restarts. Options in `…Ms` take milliseconds or a `Duration`. */
export type AutoDepositConfig = {
  /** Deposit once less than this stays available in the ledger, with what sub-accounts need now paid first. */
  trigger?: Amount
  /** The amount that a deposit fills up to; more than `trigger`. */
  target?: Amount
  /** Instead of both: deposit when less than `trigger` is left at the burn of all sub-accounts, to last for `target`. */
  runway?: { trigger: Duration; target: Duration }
  /**
   * The most that the ledger may have available after a deposit, with what is being claimed into it. What lies in sub-accounts does
   * not count, nor do refunds that are still locked.
   */
  maxLedger?: Amount
  /** The most that one deposit sends. */
  maxDeposit?: Amount
  /** The most that deposits send in a rolling window. */
  budget?: Budget
  /** What stays in the wallet beside the gas of a full exit, which always stays. */
  gasReserve?: Amount
  /** The least time between two deposits; at most 31 days. */
  cooldownMs?: number | Duration
  /** Called before each deposit; only `true` sends it. The signal aborts once no answer is needed any more. */
  approve?: (decision: DepositDecision, signal: AbortSignal) => boolean | Promise<boolean>
  /** How long `approve` may take; after that it is called anew, with what is missing by then. 1 hour by default. */
  approvalTimeoutMs?: number | Duration
  /** Another key that deposits for this wallet (`depositFundFor`), with a lane, a journal and a budget of its own. */
  from?: PayingKey['signer'] | PayingKey
}

/** What a config comes to: amounts in wei, times in seconds. */
export type DepositPolicy = {
  levels: DepositLevels
  maxLedger: bigint | null
  maxDeposit: bigint | null
  budget: { amount: bigint; seconds: number } | null
  gasReserve: bigint
  cooldown: number
  approve: AutoDepositConfig['approve'] | null
  approvalTimeout: number
  from: PayingKey | null
}

const isSigner = isObjectWith('a signer of ethers 6', ['getAddress', 'signTransaction'])

const fields: Fields<AutoDepositConfig> = {
  // What stands in these is checked by toWei, toSeconds and toBudget.
  trigger: anything,
  target: anything,
  runway: isObjectOf({ trigger: anything, target: anything }),
  maxLedger: anything,
  maxDeposit: anything,
  budget: isObjectOf({ amount: anything, per: anything }),
  gasReserve: anything,
  cooldownMs: isMilliseconds({ least: 0, most: LONGEST_WINDOW * 1_000 }),
  approve: isFunction,
  approvalTimeoutMs: isMilliseconds({ least: 1_000, most: Infinity }),
  from: isHidden(isEither(isSigner, isObjectOf({ signer: isSigner, journal: anything }))),
}

/**
 * @throws InvalidInputError for what cannot work, TypeError for an amount that is a number
 *
 * @example
 * const { levels } = toDepositPolicy({ trigger: '5', target: '20' })
 * show(levels)
 */
export function toDepositPolicy(config: AutoDepositConfig): DepositPolicy {
  checkOptions('startAutoDeposit', config, fields)
  const { cooldownMs = 0, approvalTimeoutMs = 3_600_000 } = inMs(config)
  const levels = levelsIn(config)
  const from = payerIn(config)
  const maxLedger = optionalPositive(config.maxLedger, 'maxLedger')
  if (maxLedger !== null && 'target' in levels && levels.target > maxLedger)
    throw new InvalidInputError('The target is more than the ledger may hold.', {
      target: String(config.target),
      maxLedger: String(config.maxLedger),
    })
  return {
    levels,
    maxLedger,
    maxDeposit: optionalPositive(config.maxDeposit, 'maxDeposit'),
    budget: toBudget(config.budget),
    gasReserve: optionalAmount(config.gasReserve, 'gasReserve') ?? 0n,
    cooldown: cooldownMs / 1_000,
    approve: config.approve ?? null,
    from,
    approvalTimeout: approvalTimeoutMs / 1_000,
  }
}

function payerIn({ from }: AutoDepositConfig): PayingKey | null {
  if (from === undefined) return null
  const key = 'getAddress' in from ? { signer: from } : from
  const expected = isSigner(key.signer)
  if (expected !== null) throw new InvalidInputError(`from ${expected}, or { signer, journal }.`)
  return key
}

function levelsIn({ trigger, target, runway }: AutoDepositConfig): DepositLevels {
  if (runway !== undefined) {
    if (trigger !== undefined || target !== undefined)
      throw new InvalidInputError('Either runway, or trigger and target, not both.', {})
    const seconds = runwaySeconds(runway)
    checkOrder(seconds, runway)
    return { runway: seconds }
  }
  if (trigger === undefined || target === undefined)
    throw new InvalidInputError('startAutoDeposit needs a trigger and a target.', {
      do: "pass { trigger: '5', target: '20' } in OG, or { runway: { trigger: '2d', target: '7d' } }",
    })
  const levels = { trigger: toWei(trigger, 'trigger'), target: toWei(target, 'target') }
  checkOrder(levels, { trigger: String(trigger), target: String(target) })
  return levels
}

/** With equal levels every charge would be followed by a deposit. */
function checkOrder<T extends bigint | number>(
  levels: { trigger: T; target: T },
  facts: { trigger: string; target: string },
): void {
  if (levels.target <= levels.trigger) throw new InvalidInputError('The target is more than the trigger.', facts)
}
