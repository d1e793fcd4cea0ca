import type { ActorRefFrom, EventFrom, SnapshotFrom } from 'xstate'
import type { autoFundingMachine } from '../../machines/auto-funding/auto-funding.machine.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { RestingActor } from '../lifecycle/resting-actor.ts'
import type { AutoFundingPolicy } from './config/auto-funding-policy.ts'
import type { UnsettledFee } from './unsettled-fees.ts'

export type AutoFundingActor = ActorRefFrom<typeof autoFundingMachine>

export type AutoFundingState = SnapshotFrom<typeof autoFundingMachine>

/** The chart of a funded sub-account, without an actor while nothing looks at it. */
export type AutoFundingChart = RestingActor<AutoFundingState, EventFrom<typeof autoFundingMachine>>

/** A sub-account that auto-funding is on for. */
export type FundedAccount = {
  readonly id: SubAccountId
  policy: AutoFundingPolicy
  fee: UnsettledFee
  /** It stays on, and holds. */
  paused: boolean
  readonly chart: AutoFundingChart
}

/** The sub-accounts that auto-funding is on for. */
export type FundedAccounts = {
  get(id: SubAccountId): FundedAccount | undefined
  all(): readonly FundedAccount[]
  add(account: FundedAccount): void
  remove(id: SubAccountId): void
  /** The shortest interval of their policies, in milliseconds; null where none names one. */
  intervalMs(): number | null
}

export function createFundedAccounts(): FundedAccounts {
  return new AccountsByKey()
}

class AccountsByKey implements FundedAccounts {
  readonly #accounts = new Map<string, FundedAccount>()
  /** Asked for several times at each reading. */
  #all: readonly FundedAccount[] = []

  get(id: SubAccountId): FundedAccount | undefined {
    return this.#accounts.get(keyOf(id))
  }

  all(): readonly FundedAccount[] {
    return this.#all
  }

  add(account: FundedAccount): void {
    this.#accounts.set(keyOf(account.id), account)
    this.#all = [...this.#accounts.values()]
  }

  remove(id: SubAccountId): void {
    this.#accounts.delete(keyOf(id))
    this.#all = [...this.#accounts.values()]
  }

  intervalMs(): number | null {
    const intervals = this.all().flatMap(({ policy }) => policy.intervalMs ?? [])
    return intervals.length === 0 ? null : Math.min(...intervals)
  }
}
