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
  const accounts = new Map<string, FundedAccount>()
  return {
    get: (id) => accounts.get(keyOf(id)),
    all: () => [...accounts.values()],
    add: (account) => void accounts.set(keyOf(account.id), account),
    remove: (id) => void accounts.delete(keyOf(id)),
    intervalMs() {
      const intervals = [...accounts.values()].flatMap(({ policy }) => policy.intervalMs ?? [])
      return intervals.length === 0 ? null : Math.min(...intervals)
    },
  }
}
