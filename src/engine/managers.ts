import type { ServiceType } from '../../machines/position.types.ts'
import type { Lazy } from '../base/lazy.ts'
import { FineTuningManager } from '../managers/fine-tuning-manager.ts'
import { InferenceManager } from '../managers/inference-manager.ts'
import { LedgerManager } from '../managers/ledger-manager.ts'
import type { ServiceManagerOptions } from '../managers/service-manager.ts'
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
    calls: partOf(engine, ({ ledgerCallsOn }) => ledgerCallsOn(engine)),
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

export function inferenceManagerOn(engine: Engine): InferenceManager {
  const { chain } = engine
  const calls = partOf(engine, ({ inferenceCallsOn }) => inferenceCallsOn(engine))
  const endpoints = partOf(engine, ({ endpointCallsOn }) => endpointCallsOn(engine, calls))
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
  const calls = partOf(engine, ({ serviceCallsOn }) => serviceCallsOn(engine))
  return new FineTuningManager({ ...serviceOptionsOn(engine, 'fine-tuning'), market, calls })
}

function partOf<Part extends object>({ sending, common }: Engine, make: (sending: Sending) => Part): Lazy<Part> {
  return sendingPart({ sending, wallet: common.wallet }, make)
}

function serviceOptionsOn(engine: Engine, serviceType: ServiceType): Omit<ServiceManagerOptions, 'calls'> {
  const { common, minLockedBalance, positions, funding } = engine
  const { autoFunding } = funding
  const startOptions = { ...common, minLockedBalance, autoFunding }
  return {
    ...common,
    serviceType,
    read: positions.fresh,
    statusFacts: () => statusFactsOf(engine),
    start: partOf(
      engine,
      ({ startAutoFunding }) =>
        (id, config) =>
          startAutoFunding(id, config, startOptions),
    ),
    autoFunding,
  }
}
