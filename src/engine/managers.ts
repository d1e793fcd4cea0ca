import type { ServiceType } from '../../machines/position.types.ts'
import type { NodeRefusal } from '../../machines/transaction/transaction.types.ts'
import { keyOf } from '../base/sub-account-key.ts'
import { closingPlanOf } from '../closing/plan.ts'
import { createOnDemand } from '../funding/on-demand.ts'
import { createRequestFunding } from '../funding/request-funding.ts'
import { createSubAccountFunding } from '../funding/sub-account-funding.ts'
import { FineTuningManager } from '../managers/fine-tuning-manager.ts'
import { InferenceManager } from '../managers/inference-manager.ts'
import { LedgerManager } from '../managers/ledger-manager.ts'
import { type Payees, createPayees } from '../provider/payees.ts'
import type { ServiceManagerOptions } from '../managers/service-manager.ts'
import type { StatusFacts } from '../managers/funding-status.ts'
import { fromLedger } from '../transactions/in-flight.ts'
import type { Engine } from './engine.ts'

export function ledgerManagerOn(engine: Engine): LedgerManager {
  const { chain, common, positions, submitter, ruleUpdates, locks, funding, refunds, ledger, closing, gate, gas } =
    engine
  const { rules } = common
  return new LedgerManager({
    ...common,
    read: positions.fresh,
    listLedgers: chain.listLedgers,
    refreshRules: ruleUpdates.refresh,
    // A transfer during a claim would count as a part of what the claim puts back.
    submit: (intent, options) => locks.after(intent.touches, () => submitter.submit(intent, options), options?.signal),
    stallOf: (id) => locks.stallOf(id),
    payees: payeesOn(engine),
    isKept: (id) => funding.accounts.all().some((one) => keyOf(one.id) === keyOf(id)),
    out: refunds,
    funding: funding.ledger,
    ensureFunded: funding.ensureLedger,
    life: ledger,
    closing,
    isClosing: gate.isClosing,
    async closingPlanAt(position) {
      await gas.ask()
      return closingPlanOf(position, rules, gas.price ?? 0n)
    },
  })
}

export function inferenceManagerOn(engine: Engine): InferenceManager {
  const { chain, access, funding, gas } = engine
  const options = serviceOptionsOn(engine, 'inference')
  return new InferenceManager({
    ...options,
    market: chain.market,
    readToken: chain.readToken,
    onNewGeneration: access.services.expire,
    endpoints: access.endpoints,
    fundRequests: createRequestFunding({ ...funding, ...options, gas }),
  })
}

export function fineTuningManagerOn(engine: Engine): FineTuningManager {
  return new FineTuningManager({ ...serviceOptionsOn(engine, 'fine-tuning'), market: engine.chain.market })
}

function serviceOptionsOn(engine: Engine, serviceType: ServiceType): ServiceManagerOptions {
  const { common, minLockedBalance, positions, submitter, lane, locks, gate, funding } = engine
  const submit: ServiceManagerOptions['submit'] = submitter.submit
  const payees = payeesOn(engine)
  return {
    ...common,
    serviceType,
    minLockedBalance,
    read: positions.fresh,
    submit,
    onDemand: createOnDemand({
      ...positions,
      read: positions.fresh,
      locks,
      fund: createSubAccountFunding({
        ...common,
        submit,
        inFlightFromLedger: () => fromLedger(lane?.inFlight() ?? []),
        limitsOf: funding.planner.limitsOf,
        payees,
        recall: (position) => funding.history.searchAll(position),
      }),
      onAsk: funding.ask,
      onUnpaid: funding.noteUnpaid,
      clock: common.clock,
    }),
    required: funding.required,
    reserveOf: funding.planner.reserveOf,
    refuseWhileClosing: gate.check,
    statusFacts: () => statusFactsOf(engine),
    autoFunding: funding.autoFunding,
    payees,
  }
}

/** How old all statuses are, and what nodes say of the transactions of sub-accounts. */
function statusFactsOf({ positions, funding, lane }: Engine): StatusFacts {
  const { failingForMs } = positions.positions$.status
  const refusals = new Map<string, NodeRefusal>()
  for (const actor of lane?.transactions() ?? []) {
    const snapshot = actor.getSnapshot()
    const { subAccount, refusal } = snapshot.context
    if (subAccount && refusal && snapshot.hasTag('open')) refusals.set(keyOf(subAccount), refusal)
  }
  return {
    asOf: funding.dispatch.latest()?.block.timestamp ?? null,
    failingFor: failingForMs === null ? null : Math.floor(failingForMs / 1_000),
    refusals,
  }
}

/** The check of who is paid. Where nothing can be sent at all, that is said first, without a request. */
function payeesOn({ chain: { network, wallet }, access: { services }, submitter, gate }: Engine): Payees {
  const payees = createPayees({
    services,
    wallet,
    contracts: {
      'the ledger contract': network.ledger,
      'the inference contract': network.inference,
      'the fine-tuning contract': network.fineTuning,
    },
  })
  return {
    ...payees,
    async refusalOf(id) {
      await submitter.openLane()
      gate.check('transferFund')
      return payees.refusalOf(id)
    },
  }
}
