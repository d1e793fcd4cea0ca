import type { ServiceType } from '../../machines/position.types.ts'
import type { Lazy } from '../base/lazy.ts'
import { keyOf } from '../base/sub-account-key.ts'
import type { LedgerCallsOptions, ServiceCallsOptions } from '../managers/calls.ts'
import { FineTuningManager } from '../managers/fine-tuning-manager.ts'
import { InferenceManager } from '../managers/inference-manager.ts'
import { LedgerManager } from '../managers/ledger-manager.ts'
import type { ServiceManagerOptions } from '../managers/service-manager.ts'
import { fromLedger } from '../transactions/in-flight.ts'
import type { Engine } from './engine.ts'
import type { Sending } from './engine-options.ts'
import { rooms } from './rooms.ts'
import { sendingPart } from './sending-part.ts'
import { statusFactsOf } from './standing.ts'

export function ledgerManagerOn(engine: Engine): LedgerManager {
  const { chain, sending, common, positions, funding, calendar, refunds, ledger, closing, gate, gas } = engine
  return new LedgerManager({
    ...common,
    read: positions.fresh,
    listLedgers: chain.listLedgers,
    calls: partOf(engine, ({ ledgerCalls }) => ledgerCalls(ledgerCallsOptions(engine))),
    claims: refunds.claims,
    calendar,
    funding: funding.ledger,
    life: ledger,
    closing,
    isClosing: gate.isClosing,
    async closingPlanAt(position) {
      const [{ closingPlanOf }] = await Promise.all([sending ?? rooms.closingPlan.load(), gas.ask()])
      return closingPlanOf(position, common.rules, gas.price ?? 0n)
    },
  })
}

function ledgerCallsOptions(engine: Engine): LedgerCallsOptions {
  const { common, positions, submitter, ruleUpdates, lane, locks, funding, gas } = engine
  return {
    ...common,
    ...payingOptions(engine),
    funding: funding.ledger,
    read: positions.fresh,
    refreshRules: ruleUpdates.refresh,
    // A transfer during a claim would count as a part of what the claim puts back.
    submit: (intent, options) => locks.after(intent.touches, () => submitter.submit(intent, options), options?.signal),
    submitAtOnce: submitter.submit,
    stallOf: (id) => locks.stallOf(id),
    forgo: (id) => locks.giveUp(id),
    isKept: (id) => funding.accounts.all().some((one) => keyOf(one.id) === keyOf(id)),
    lane,
    locks,
    ready: async () => lane?.open(),
    inFlight: () => lane?.inFlight() ?? [],
    idle: async (matches, signal) => lane?.idle(matches, signal),
    gas,
  }
}

export function inferenceManagerOn(engine: Engine): InferenceManager {
  const { chain, access, funding, gate, gas } = engine
  const calls = partOf(engine, ({ inferenceCalls }) =>
    inferenceCalls({ ...serviceCallsOptions(engine), onNewGeneration: access.services.expire }),
  )
  const endpoints = partOf(engine, ({ endpointCalls }) =>
    endpointCalls({
      ...access.endpoints(),
      ...funding,
      onDemand: { fill: (...request) => calls.part.onDemand.fill(...request) },
      refuseWhileClosing: gate.check,
      gas,
    }),
  )
  return new InferenceManager({
    ...serviceOptionsOn(engine, 'inference'),
    market: chain.market,
    readToken: chain.readToken,
    calls,
    endpoints,
  })
}

export function fineTuningManagerOn(engine: Engine): FineTuningManager {
  const { market } = engine.chain
  const calls = partOf(engine, ({ serviceCalls }) => serviceCalls(serviceCallsOptions(engine)))
  return new FineTuningManager({ ...serviceOptionsOn(engine, 'fine-tuning'), market, calls })
}

function partOf<Part extends object>({ sending, common }: Engine, make: (sending: Sending) => Part): Lazy<Part> {
  return sendingPart({ sending, wallet: common.wallet }, make)
}

function serviceOptionsOn(engine: Engine, serviceType: ServiceType): Omit<ServiceManagerOptions, 'calls'> {
  const { common, minLockedBalance, positions, funding } = engine
  return {
    ...common,
    serviceType,
    minLockedBalance,
    read: positions.fresh,
    statusFacts: () => statusFactsOf(engine),
    autoFunding: funding.autoFunding,
  }
}

function serviceCallsOptions(engine: Engine): ServiceCallsOptions {
  const { common, positions, submitter, lane, locks, funding } = engine
  return {
    ...common,
    ...positions,
    ...payingOptions(engine),
    read: positions.fresh,
    submit: submitter.submit,
    locks,
    inFlightFromLedger: () => fromLedger(lane?.inFlight() ?? []),
    limitFacts: funding.planner.limitFacts,
    recall: (position) => funding.history.searchAll(position),
    onAsk: funding.ask,
    onUnpaid: funding.noteUnpaid,
    required: funding.required,
    reserveOf: funding.planner.reserveOf,
    isFunded: (id) => funding.autoFunding.all().some((one) => keyOf(one.id) === keyOf(id)),
  }
}

/** Who is paid: none of the deployment's own contracts. */
function payingOptions({ chain: { network, wallet }, access: { services }, submitter, gate }: Engine) {
  return {
    services,
    wallet,
    contracts: {
      'the ledger contract': network.ledger,
      'the inference contract': network.inference,
      'the fine-tuning contract': network.fineTuning,
    },
    openLane: submitter.openLane,
    refuseWhileClosing: gate.check,
  }
}
