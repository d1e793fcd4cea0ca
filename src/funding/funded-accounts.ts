import { createActor, fromPromise, type ActorRefFrom } from 'xstate'
import { autoFundingMachine } from '../../machines/auto-funding/auto-funding.machine.ts'
import type { Approval, TopUpReceipt, TopUpRequest } from '../../machines/auto-funding/auto-funding.types.ts'
import type { Decision } from '../../machines/auto-funding/plan.types.ts'
import type { BlockClock } from '../base/block-clock.ts'
import type { Inspected } from '../base/inspection.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import { checkInBrowser } from './browser.ts'
import type { AutoFundingPolicy } from './config.ts'
import { createUnsettledFee, type UnsettledFee, type UnsettledFeeOptions } from './unsettled-fees.ts'

export type AutoFundingActor = ActorRefFrom<typeof autoFundingMachine>

/** A sub-account that auto-funding is on for. */
export type FundedAccount = {
  readonly id: SubAccountId
  readonly actor: AutoFundingActor
  policy: AutoFundingPolicy
  fee: UnsettledFee
  isPaused: boolean
}

export type FundedAccountsOptions = UnsettledFeeOptions & {
  /** Written here alone; planner and dispatch read it. */
  accounts: Map<string, FundedAccount>
  /** Throws where nothing can be sent. */
  requireSending: () => void
  topUp: (request: TopUpRequest, signal: AbortSignal) => Promise<TopUpReceipt>
  /** What the latest plan says of a sub-account. */
  decisionOf: (id: SubAccountId) => Decision | undefined
  positions: {
    positions$: { subscribe(): { unsubscribe(): void } }
    nudge(): void
    setIntervalMs(ms: number): void
  }
  /** How often the position is read unless a policy asks for more. */
  intervalMs: number
  inspected: Inspected
  blockClock: BlockClock
}

export type FundedAccounts = {
  /** Turns auto-funding on for a sub-account; where it is on already, the new policy replaces the old one. */
  start(id: SubAccountId, policy: AutoFundingPolicy): AutoFundingActor
  stop(id: SubAccountId): void
  stopAll(): void
  /** Holds auto-funding for a sub-account, which stays on. */
  pause(id: SubAccountId): void
  resume(id: SubAccountId): void
  all(): readonly FundedAccount[]
  /** The inference providers among them. */
  providers(): string[]
  /** Asks for the unsettled fees, for a reading at this block time. */
  refreshFees(now: number): Promise<void>
  close(): void
}

/** The sub-accounts that auto-funding is on for. While there is any, positions are read. */
export function createFundedAccounts(options: FundedAccountsOptions): FundedAccounts {
  const { accounts, requireSending, topUp, decisionOf, positions, intervalMs, inspected, blockClock, logger } = options
  const machine = autoFundingMachine.provide({
    actors: {
      topUp: fromPromise<TopUpReceipt, TopUpRequest>(({ input, signal }) => blockClock.dated(topUp(input, signal))),
      approve: fromPromise<Approval, TopUpRequest>(({ input, signal }) => blockClock.dated(approve(input, signal))),
    },
  })
  let subscription: { unsubscribe(): void } | null = null

  return {
    start(id, policy) {
      requireSending()
      checkInBrowser(policy, id.provider)
      const { actor } = change(id, policy) ?? add(id, policy)
      pollPositions()
      return actor
    },
    stop,
    stopAll() {
      for (const { id } of accounts.values()) stop(id)
    },
    pause: (id) => setPaused(id, true),
    resume: (id) => setPaused(id, false),
    all: () => [...accounts.values()],
    providers: () => [...accounts.values()].flatMap(({ id }) => (id.serviceType === 'inference' ? id.provider : [])),
    async refreshFees(now) {
      await Promise.all([...accounts.values()].map(({ fee }) => fee.refresh(now)))
    },
    close() {
      subscription?.unsubscribe()
      for (const { actor } of accounts.values()) actor.stop()
      accounts.clear()
    },
  }

  function change(id: SubAccountId, policy: AutoFundingPolicy): FundedAccount | null {
    const account = accounts.get(keyOf(id))
    if (!account) return null
    // An answer of the old source says nothing about the new one.
    if (account.policy.unsettledFee !== policy.unsettledFee)
      account.fee = createUnsettledFee(id, policy.unsettledFee, options)
    account.policy = policy
    return account
  }

  function add(id: SubAccountId, policy: AutoFundingPolicy): FundedAccount {
    const actor = createActor(machine, { input: id, ...inspected() })
    actor.subscribe({ error: (error) => logger.error({ err: error, ...id }, 'auto-funding actor failed') })
    const fee = createUnsettledFee(id, policy.unsettledFee, options)
    const account = { id, actor: actor.start(), policy, fee, isPaused: false }
    accounts.set(keyOf(id), account)
    return account
  }

  function stop(id: SubAccountId): void {
    accounts.get(keyOf(id))?.actor.stop()
    accounts.delete(keyOf(id))
    pollPositions()
  }

  function setPaused(id: SubAccountId, isPaused: boolean): void {
    const account = accounts.get(keyOf(id))
    if (account) account.isPaused = isPaused
    positions.nudge()
  }

  /** Reads positions as often as the most demanding policy wants, and not at all once there is no account. */
  function pollPositions(): void {
    if (accounts.size === 0) {
      subscription?.unsubscribe()
      subscription = null
      positions.setIntervalMs(intervalMs)
      return
    }
    positions.nudge()
    const intervals = [...accounts.values()].flatMap(({ policy }) => policy.intervalMs ?? [])
    positions.setIntervalMs(Math.min(intervalMs, ...intervals))
    subscription ??= positions.positions$.subscribe()
  }

  async function approve(request: TopUpRequest, signal: AbortSignal): Promise<Approval> {
    const ask = accounts.get(keyOf(request))?.policy.approve
    const decision = decisionOf(request)
    const approved = ask && decision ? await ask(decision, signal) : false
    return { approved, at: blockClock.now() }
  }
}
