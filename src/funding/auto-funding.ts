import { fromPromise } from 'xstate'
import { autoFundingMachine } from '../../machines/auto-funding/auto-funding.machine.ts'
import type { Approval, TopUpReceipt, TopUpRequest } from '../../machines/auto-funding/auto-funding.types.ts'
import type { BlockClock } from '../base/block-clock.ts'
import { createChartJobs } from '../base/chart-jobs.ts'
import { InvalidInputError } from '../base/errors.ts'
import type { Inspected } from '../base/inspection.ts'
import { Lazy } from '../base/lazy.ts'
import type { Logger } from '../base/logger.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import { restingActorsOf, type ActorTerms } from '../lifecycle/resting-actor.ts'
import type { Positions } from '../streams/positions.ts'
import { checkAnswer } from './answer.ts'
import { noAutoClaim, type ApprovalNeed } from './approval-need.ts'
import { sendDecision } from './chart-decision.ts'
import type { AutoFundingPolicy } from './config/auto-funding-policy.ts'
import type { Dispatch } from './dispatch.ts'
import type { AutoFundingState, FundedAccount, FundedAccounts } from './funded-accounts.ts'
import type { FundingReport, PaymentFacts } from './funding-report.ts'
import { datedUnlessOvertaken } from './overtaken.ts'
import type { Plan } from './plan.ts'
import type { TopUp } from './top-up.ts'
import type { UnsettledFee } from './unsettled-fees.ts'

export type AutoFundingOptions = {
  accounts: FundedAccounts
  dispatch: Pick<Dispatch, 'decisionOf'>
  report: Pick<FundingReport, 'seeTopUp' | 'endTopUp'>
  topUp: Lazy<TopUp>
  feeOf: (id: SubAccountId, policy: Pick<AutoFundingPolicy, 'unsettledFee'>) => UnsettledFee
  positions: Pick<Positions, 'positions$' | 'nudge' | 'setIntervalMs'>
  /** How often the position is read where no policy names an interval. */
  intervalMs: number
  /** Called before the first start; throws where nothing can be sent. */
  onStart: () => void
  mustAsk: ApprovalNeed
  inspected: Inspected
  blockClock: BlockClock
  logger: Logger
}

/** Starts, pauses and stops auto-funding. Positions are read for as long as it is on for a sub-account. */
export type AutoFunding = {
  /** Started again, it goes on with the new policy. @throws InvalidInputError in a browser without `approve` */
  start(id: SubAccountId, policy: AutoFundingPolicy): FundedAccount
  stop(id: SubAccountId): void
  stopAll(): void
  /** A paused account stays on, and holds. */
  pause(id: SubAccountId, paused: boolean): void
  all(): readonly FundedAccount[]
  /** Sends each decision of a plan to the chart of its sub-account. */
  send(plan: Plan): void
  close(): void
}

export function createAutoFunding(options: AutoFundingOptions): AutoFunding {
  return new AccountFunding(options)
}

class AccountFunding implements AutoFunding {
  readonly #options: AutoFundingOptions
  readonly #terms: ActorTerms<AutoFundingState>
  #watching: { unsubscribe(): void } | null = null

  constructor(options: AutoFundingOptions) {
    const { report, inspected, logger } = options
    const jobs = new Lazy(() => jobsOf(options))
    this.#options = options
    this.#terms = {
      inspected,
      prepare: (actor) => chartJobs.give(actor, jobs.part),
      next: (state) => report.seeTopUp(idIn(state), state, () => this.#factsOf(idIn(state))),
      failed: (error, last) => logger.error({ err: error, ...idIn(last) }, 'auto-funding actor failed'),
    }
  }

  start(id: SubAccountId, policy: AutoFundingPolicy): FundedAccount {
    this.#options.onStart()
    checkApproval(id, policy, this.#options.mustAsk())
    const account = this.#update(id, policy) ?? this.#add(id, policy)
    this.#adjust()
    return account
  }

  stop(id: SubAccountId): void {
    this.#remove(id)
    this.#adjust()
  }

  stopAll(): void {
    for (const { id } of this.all()) this.stop(id)
  }

  pause(id: SubAccountId, paused: boolean): void {
    const { accounts, positions } = this.#options
    const account = accounts.get(id)
    if (account) account.paused = paused
    positions.nudge()
  }

  all(): readonly FundedAccount[] {
    return this.#options.accounts.all()
  }

  send(plan: Plan): void {
    for (const decision of plan.decisions) {
      const account = this.#options.accounts.get(decision)
      if (account) sendDecision(account, plan, decision)
    }
  }

  close(): void {
    this.#watching?.unsubscribe()
    for (const { id } of this.all()) this.#remove(id)
  }

  #update(id: SubAccountId, policy: AutoFundingPolicy): FundedAccount | null {
    const { accounts, feeOf } = this.#options
    const account = accounts.get(id)
    if (!account) return null
    // An answer of one source says nothing about another.
    if (account.policy.unsettledFee !== policy.unsettledFee) account.fee = feeOf(id, policy)
    account.policy = policy
    return account
  }

  #add(id: SubAccountId, policy: AutoFundingPolicy): FundedAccount {
    const { accounts, feeOf } = this.#options
    const account = { id, policy, fee: feeOf(id, policy), chart: begin(id, this.#terms), paused: false }
    accounts.add(account)
    return account
  }

  #remove(id: SubAccountId): void {
    const { accounts, report } = this.#options
    accounts.get(id)?.chart.stop()
    accounts.remove(id)
    report.endTopUp(id)
  }

  #factsOf(id: SubAccountId): PaymentFacts {
    const { accounts, dispatch } = this.#options
    const decision = dispatch.decisionOf(id)
    const missing = decision?.action === 'hold' ? (decision.missing ?? null) : null
    return { missing, approvalTimeout: accounts.get(id)?.policy.approvalTimeout ?? 0 }
  }

  /** Keeps the positions coming at the shortest interval that a policy names. */
  #adjust(): void {
    const { accounts, positions, intervalMs } = this.#options
    if (this.all().length === 0) {
      this.#watching?.unsubscribe()
      this.#watching = null
      positions.setIntervalMs(intervalMs)
      return
    }
    positions.nudge()
    positions.setIntervalMs(Math.min(intervalMs, accounts.intervalMs() ?? intervalMs))
    this.#watching ??= positions.positions$.subscribe()
  }
}

type Jobs = {
  topUp(request: TopUpRequest, signal: AbortSignal): Promise<TopUpReceipt>
  approve(request: TopUpRequest, signal: AbortSignal): Promise<Approval>
}

const chartJobs = createChartJobs<Jobs>()

/** The chart declares its two jobs; the broker of each actor provides them. */
const begin = restingActorsOf(
  autoFundingMachine.provide({
    actors: {
      topUp: fromPromise<TopUpReceipt, TopUpRequest>(({ input, signal, system }) =>
        chartJobs.of(system).topUp(input, signal),
      ),
      approve: fromPromise<Approval, TopUpRequest>(({ input, signal, system }) =>
        chartJobs.of(system).approve(input, signal),
      ),
    },
  }),
)

function idIn({ context: { provider, serviceType } }: AutoFundingState): SubAccountId {
  return { provider, serviceType }
}

function jobsOf({ accounts, dispatch, topUp, blockClock }: AutoFundingOptions): Jobs {
  return {
    topUp: (request, signal) => datedUnlessOvertaken(topUp.part(request, signal), blockClock),
    approve: (request, signal) => blockClock.dated(approve(request, signal)),
  }

  async function approve(request: TopUpRequest, signal: AbortSignal): Promise<Approval> {
    const ask = accounts.get(request)?.policy.approve
    const decision = dispatch.decisionOf(request)
    const { provider } = request
    const approved = ask && decision ? checkAnswer(await ask(decision, signal), { provider }) : false
    return { approved, at: blockClock.now() }
  }
}

function checkApproval(
  { provider }: SubAccountId,
  { approve, autoClaim, reclaim }: AutoFundingPolicy,
  where: string | null,
): void {
  if (where === null) return
  if (approve === null)
    throw new InvalidInputError(`${where} auto-funding asks before each top-up.`, {
      provider,
      do: 'pass approve: a function that asks the person at the page',
    })
  if (autoClaim) throw noAutoClaim(where, { provider })
  if (reclaim)
    throw new InvalidInputError(`${where} idle money is not asked back by itself.`, {
      provider,
      do: 'leave reclaimIdle out, and call retrieveFundFromProvider when the person at the page asks for it',
    })
}
