import { isReclaimable } from '../../machines/auto-funding/idle.policy.ts'
import type { Failure } from '../../machines/auto-funding/auto-funding.types.ts'
import type { ReclaimRule, ReclaimStanding } from '../../machines/auto-funding/reclaim.types.ts'
import type { Position } from '../../machines/position.types.ts'
import { subAccountIn } from '../../machines/sub-account/sub-account.facts.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { Reclaim } from '../transactions/transaction-history.ts'
import { isReclaim } from '../transactions/intent.ts'
import type { InFlight } from '../transactions/lane.types.ts'
import { paymentsOf, type Payments, type Spending } from './budget.ts'
import type { FundedAccounts } from './funded-accounts.ts'
import type { Uses } from './uses.ts'

export type IdleMoneyOptions = {
  accounts: Pick<FundedAccounts, 'get'>
  uses: Pick<Uses, 'of'>
  /** When a caller last asked and nothing had to be paid, as the journal tells; null where no call is known. */
  askedAt: (id: SubAccountId) => number | null
  /** The logs that tell of use are being read. */
  isReading: () => boolean
  /** What auto-funding and callers paid, as far back as limits count. */
  payments: Spending['payments']
  reclaims: () => readonly Reclaim[]
  inFlight: () => readonly InFlight[]
  /** This process is asking idle money back. */
  isUnderway: () => boolean
  failureOf: (id: SubAccountId) => Failure | null
}

/** What the plan has to know about idle money. */
export type IdleMoney = {
  /** Where a sub-account stands at a block time; null without a rule. */
  standingOf(id: SubAccountId, rule: ReclaimRule | null, payments: Payments, now: number): ReclaimStanding | null
  /** What stays of a sub-account's free money, in wei; null where its money is not asked back at this position. */
  keptAt(id: SubAccountId, position: Position): bigint | null
  /** Idle money is being asked back, by this process or one before. */
  isReclaiming(): boolean
}

export function createIdleMoney(options: IdleMoneyOptions): IdleMoney {
  return new KnownIdleness(options)
}

class KnownIdleness implements IdleMoney {
  readonly #options: IdleMoneyOptions

  constructor(options: IdleMoneyOptions) {
    this.#options = options
  }

  standingOf(id: SubAccountId, rule: ReclaimRule | null, payments: Payments, now: number): ReclaimStanding | null {
    if (!rule) return null
    const { uses, askedAt, isReading, reclaims, failureOf } = this.#options
    const { knownSince, lastAt } = uses.of(keyOf(id))
    const times = [lastAt, askedAt(id), latest(payments.of(id), id, now)].filter((at) => at !== null)
    const use = {
      knownSince,
      lastAt: times.length === 0 ? null : Math.max(...times),
      reclaimedAt: latest(reclaims(), id, now),
      isReading: isReading(),
    }
    return { ...rule, use, failure: failureOf(id) }
  }

  keptAt(id: SubAccountId, position: Position): bigint | null {
    const account = this.#options.accounts.get(id)
    const rule = account?.policy.reclaim ?? null
    const standing = this.standingOf(id, rule, paymentsOf(this.#options), position.block.timestamp)
    const found = subAccountIn(position, id)
    if (!account || account.paused || !standing || !found) return null
    return isReclaimable(standing, found, position.block.timestamp) ? standing.keep : null
  }

  isReclaiming(): boolean {
    const { isUnderway, inFlight } = this.#options
    return isUnderway() || inFlight().some(({ intent }) => isReclaim(intent))
  }
}

/** The latest of those about a sub-account; what is in flight counts as of now. */
function latest(all: readonly (SubAccountId & { at: number })[], id: SubAccountId, now: number): number | null {
  const times = all.filter((one) => keyOf(one) === keyOf(id)).map(({ at }) => Math.min(at, now))
  return times.length === 0 ? null : Math.max(...times)
}
