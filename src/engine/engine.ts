import { createBlockClock } from '../base/block-clock.ts'
import { steadyClock, systemClock } from '../base/clock.ts'
import { createListeners } from '../base/listeners.ts'
import { createRequestCounts } from '../base/request-counts.ts'
import { DEFAULT_MIN_LOCKED_BALANCE } from '../chain/networks.ts'
import { createRuleUpdates } from '../chain/rule-updates.ts'
import { createClosingGate } from '../closing/gate.ts'
import { createCycle } from '../cycle.ts'
import { toBudget } from '../funding/config/budget.ts'
import type { Funding } from '../funding/funding.ts'
import type { GasPrice } from '../funding/gas-price.ts'
import type { Plan } from '../funding/plan.ts'
import { RefundCalendar } from '../refunds/calendar.ts'
import { createSubmitter } from '../transactions/submitter.ts'
import type { EngineOptions } from './engine-options.ts'
import { refundsOn } from './refunds-part.ts'
import { sendingPart } from './sending-part.ts'
import {
  accessOn,
  blockClockOn,
  chargesOn,
  fundingOn,
  gasPriceOn,
  laneOn,
  lifecyclesOn,
  planningOn,
  positionsOn,
  quietOn,
  reportsOn,
  servicesOn,
  topicsOn,
} from './parts.ts'

export type Engine = ReturnType<typeof createEngine>

/** Wires the rooms, each part after those that it needs. Only the cycle is made first and connected last. */
export function createEngine(options: EngineOptions) {
  const { chain, streams, intervalMs, logger, autoClaim = false, clock: wall = systemClock } = options
  const { sending, requests = createRequestCounts(), mustAsk } = options
  const { rules, wallet, blockTimeMs } = chain
  const minLockedBalance = chain.network.minLockedBalance ?? DEFAULT_MIN_LOCKED_BALANCE
  const [onClose, onJournalOpen] = [createListeners(), createListeners()]
  const clock = steadyClock(wall)
  const common = { wallet, rules, clock, logger, mustAsk, blockClock: createBlockClock(clock, { intervalMs }) }

  // Topics, and the stream that everything follows.
  const { transactions, eventsTopic, onEvent, inspection, inspections } = topicsOn(streams, options)
  const reports = reportsOn(options, {
    ...common,
    requests,
    onTransaction: (actor) => transactions.next(actor),
    onEvent,
    lane: () => lane,
    gas: () => gas,
  })
  const { events, counts, traces } = reports
  const [plans, cycle] = [streams.createPlans<Plan>(options.shared?.onPlan), createCycle()]
  const positions = positionsOn(options, {
    clock,
    known: () => funding.knownBlock(),
    prepare: cycle.prepare,
    accept: cycle.accept,
    onFailure: cycle.failed,
    onNudge: () => quiet?.disturb(),
    onReading: reports.reading,
  })
  const withStream = { positions, blockTimeMs, inspected: inspection.inspected, ...common }
  const ruleUpdates = createRuleUpdates({ rules, readRules: chain.readRules, clock, logger })

  // Sending.
  const { lane, locks } = laneOn(options, {
    ...withStream,
    onOpen: () => onJournalOpen.emit(),
    onClosingBegun: () => funding.stop(),
    onClosingEnded: (end) => closing.part.ended(end),
    reports,
  })
  const gate = createClosingGate(() => lane?.workflows.closing.current() ?? null)
  const whileClosing = { isWanted: gate.isClosing, refuse: gate.check }
  const submitter = createSubmitter({ lane, wallet, checkTransfer: gate.check, onMinimum: ruleUpdates.doubt })

  // Money out, money in, and the way home.
  const calendar = new RefundCalendar({ minedIn: (from, to) => lane?.minedIn(from, to) ?? [], logger })
  const refunds = refundsOn({
    ...common,
    sending,
    lane,
    locks,
    read: positions.fresh,
    isClosing: gate.isClosing,
    refuseWhileClosing: gate.check,
    keptAt: (id, position) => funding.keptAt(id, position),
  })
  onJournalOpen.add(refunds.resume)
  const gas: GasPrice = gasPriceOn(chain, { ceiling: options.maxFeePerGas, onLate: positions.nudge, clock })
  const services = servicesOn(options, { readService: chain.readService, onLate: positions.nudge, clock, logger })
  const access = accessOn(options, { services, requests: requests.provider, clock, wall, logger })
  const funding: Funding = fundingOn(options, reports, {
    ...chargesOn(chain, { onCharge: counts.charge, onLearn: () => quiet?.disturb(), clock, logger }),
    minLockedBalance,
    lane,
    locks,
    submitter,
    closing: whileClosing,
    intervalMs,
    budget: toBudget(options.budget),
    sharedBudget: options.shared?.budget,
    claimsAll: autoClaim,
    refunds,
    gas,
    services,
    providerFees: sending && access.part.providerFees,
    readSettlements: chain.readSettlements,
    report: events.funding,
    onStart(operation) {
      submitter.readyLane()
      gate.check(operation)
      cycle.wantForecast()
    },
    // Last, because V8 makes a map of its own of each object that begins with another one's members.
    ...withStream,
  })
  const closing = sendingPart({ sending, wallet }, ({ createClosing }) =>
    createClosing({ ...withStream, lane, requireSending: submitter.openLane, onEnd: events.closingEnded }),
  )

  // Lifecycles, and what a reading reaches in which order.
  const quiet = quietOn(options, { funding, gate, locks, lane })
  const { subAccounts, ledger } = lifecyclesOn(inspection, { wallet, funding, lane })
  cycle.connect({
    services,
    rules: ruleUpdates,
    accounts: funding.accounts,
    gas,
    lane,
    history: funding.history,
    refreshPayer: funding.refreshPayer,
    blockClock: blockClockOn(options, common.blockClock),
    observe: funding.observe,
    calendar,
    refunds,
    subAccounts,
    ledger,
    closing: () => (gate.isClosing() ? closing.part : null),
    planner: { plan: (...args) => traces.plan(() => funding.planner.plan(...args)) },
    dispatch: funding.dispatch,
    quiet,
    plans,
    events,
    counts,
  })

  return {
    chain,
    sending,
    planning: planningOn(options),
    minLockedBalance,
    common,
    onClose,
    transactions,
    events,
    eventsTopic,
    counts,
    traces,
    inspections,
    plans,
    cycle,
    positions,
    lane,
    gate,
    submitter,
    ruleUpdates,
    locks,
    calendar,
    refunds,
    gas,
    services,
    access,
    funding,
    closing,
    subAccounts,
    ledger,
  }
}

export async function closeEngine(engine: Engine): Promise<void> {
  engine.submitter.close()
  engine.onClose.emit()
  engine.events.close()
  const fundingClosed = engine.funding.close()
  engine.closing.made?.stop()
  engine.positions.close()
  engine.plans.close()
  engine.transactions.close()
  engine.eventsTopic.close()
  engine.subAccounts.stop()
  engine.ledger.stop()
  await Promise.all([engine.lane?.close(), fundingClosed])
  engine.traces.close()
  engine.inspections.close()
}
