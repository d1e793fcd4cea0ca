import type { ClosingStep } from '../machines/ledger/ledger.types.ts'
import type { Position } from '../machines/position.types.ts'
import type { BlockClock } from './base/block-clock.ts'
import { allOf, type Pending } from './base/pending.ts'
import type { Closing } from './closing/closing.ts'
import type { Counts } from './counts/counts.ts'
import type { Events } from './events/events.ts'
import type { Dispatch } from './funding/dispatch.ts'
import type { Funding } from './funding/funding.ts'
import type { FundedAccount, FundedAccounts } from './funding/funded-accounts.ts'
import type { GasPrice } from './funding/gas-price.ts'
import type { Plan } from './funding/plan.ts'
import type { Planner } from './funding/planner.ts'
import type { Quiet } from './funding/quiet.ts'
import type { RuleUpdates } from './chain/rule-updates.ts'
import type { ServiceCache } from './provider/service-cache.ts'
import type { ReadingFailure } from './streams/positions.ts'
import type { Lane } from './transactions/lane.types.ts'

/** The parts that take part in a reading, in the order in which it reaches them. */
export type CycleParts = {
  services: Pick<ServiceCache, 'see' | 'refresh' | 'isNew'>
  /** The rules of the deployment, which its owner may change. */
  rules: Pick<RuleUpdates, 'refresh'>
  accounts: Pick<FundedAccounts, 'all'>
  gas: Pick<GasPrice, 'refresh'>
  /** Null for a broker without a signer. */
  lane: Pick<Lane, 'confirm'> | null
  history: Pick<Funding['history'], 'refresh' | 'search'>
  /** Reads the wallet that deposits into the ledger. */
  refreshPayer: Funding['refreshPayer']
  blockClock: Pick<BlockClock, 'see'>
  /** Learns how fast each sub-account is charged. */
  observe: (position: Position) => void
  calendar: { see(position: Position): void }
  refunds: { act(plan: Plan): void }
  subAccounts: { fold(position: Position): void }
  ledger: { fold(position: Position, step: ClosingStep | null): void }
  /** Null while the ledger is not to be closed. */
  closing: () => Pick<Closing, 'stepAt' | 'advance' | 'status'> | null
  planner: Pick<Planner, 'plan'>
  dispatch: Pick<Dispatch, 'send' | 'latest' | 'keep'>
  /** Null where each reading is planned. */
  quiet: Quiet | null
  plans: { next(plan: Plan): void }
  events: Pick<Events, 'seePosition' | 'seePlan' | 'readingFailed'>
  counts: Pick<Counts, 'plan'>
}

/** What happens at a reading, top to bottom. */
export type Cycle = {
  /** Reads what a decision needs beside the position; null where it needs nothing. It rejects only where the lane cannot confirm its receipts. */
  prepare(position: Position): Pending
  /** Takes an accepted position through facts, closing, plan and actors. */
  accept(position: Position): void
  /** After a reading that failed: subscribers get the last plan again; in an outage they and the actors get it as stale. */
  failed(failure: ReadingFailure): void
  /** From now on burn and gas price are read too: a subscriber or auto-funding wants forecasts. */
  wantForecast(): void
  /** Connects the parts, once: they need the stream of positions, and the stream needs the cycle. */
  connect(parts: CycleParts): void
}

export function createCycle(): Cycle {
  let connected: CycleParts | null = null
  let wantsForecast = false
  /** The position that is being prepared, where it needs no plan of its own. */
  let repeated: Position | null = null
  /** The newest position that was not observed: the burn is measured from it on. */
  let unobserved: Position | null = null

  return {
    prepare(position) {
      const { quiet, accounts } = parts()
      repeated = null
      if (quiet?.holds(position) !== true) return prepareFully(position)
      // Fees of providers are no part of a position: they are asked before a reading counts as one that changes nothing.
      const asking = accounts.all().filter(({ policy }) => policy.unsettledFee !== null)
      if (asking.length > 0) return prepareWithFees(position, asking)
      repeated = position
      return null
    },
    accept(position) {
      const { blockClock, observe, calendar, refunds, subAccounts, ledger, closing, planner, dispatch, plans } = parts()
      const { events, counts, quiet } = parts()
      blockClock.see(position.block)
      const last = dispatch.latest()
      if (position === repeated && last) return repeat(last, position)
      if (unobserved) observe(unobserved)
      unobserved = null
      events.seePosition(position)
      observe(position)
      calendar.see(position)
      subAccounts.fold(position)
      ledger.fold(position, closing()?.stepAt(position) ?? null)
      closing()?.advance(position)
      const plan = planner.plan(position)
      events.seePlan(plan, closing()?.status() ?? null)
      counts.plan(plan.decisions)
      dispatch.send(plan)
      quiet?.note(plan)
      refunds.act(plan)
      plans.next(plan)
    },
    failed(failure) {
      const { isOutage } = failure
      const { dispatch, planner, plans, events, quiet } = parts()
      events.readingFailed(failure)
      if (isOutage) quiet?.disturb()
      const last = dispatch.latest()
      if (!last) return
      const plan = isOutage ? planner.plan(last.position, { isStale: true }) : last
      if (isOutage) dispatch.send(plan)
      plans.next(plan)
    },
    wantForecast() {
      wantsForecast = true
    },
    connect(parts) {
      connected = parts
    },
  }

  function prepareFully(position: Position): Pending {
    const { services, rules, accounts, gas, lane, history, refreshPayer } = parts()
    const { block, wallet } = position
    services.see(position.subAccounts)
    const asking = allOf([
      services.refresh(accounts.all().map(({ id }) => id)),
      rules.refresh(),
      ...accounts.all().map(({ fee }) => fee.refresh(block.timestamp)),
      lane || wantsForecast ? gas.refresh() : null,
      lane?.confirm(block.number, { timestamp: block.timestamp, balance: wallet.balance }) ?? null,
      refreshPayer(block),
      wantsForecast ? history.refresh(position) : null,
      isHeldAsNew() ? history.search(position) : null,
    ])
    return asking && asking.then(readNewcomers)
  }

  /** Auto-funding may have been started for others meanwhile. */
  async function readNewcomers(): Promise<void> {
    const { services, accounts } = parts()
    const newcomers = () => accounts.all().flatMap(({ id }) => (services.isNew(id.provider) ? [id] : []))
    for (let late = newcomers(); late.length > 0; late = newcomers()) await services.refresh(late)
  }

  async function prepareWithFees(position: Position, asking: readonly FundedAccount[]): Promise<void> {
    await allOf(asking.map(({ fee }) => fee.refresh(position.block.timestamp)))
    if (parts().quiet?.holds(position) === true) repeated = position
    else await prepareFully(position)
  }

  /** The last plan stands, for a newer block. */
  function repeat(last: Plan, position: Position): void {
    const { dispatch, plans } = parts()
    unobserved = position
    const plan = { ...last, block: position.block, position }
    dispatch.keep(plan)
    plans.next(plan)
  }

  /** Whether a provider got no more because it counts as new. */
  function isHeldAsNew(): boolean {
    const { decisions } = parts().dispatch.latest() ?? { decisions: [] }
    return decisions.some((one) => one.action === 'hold' && one.reason === 'first-day')
  }

  function parts(): CycleParts {
    if (connected) return connected
    throw new Error('The cycle is not connected.')
  }
}
