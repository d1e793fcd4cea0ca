import { abortable } from '../base/abortable.ts'
import { anything, checkOptions, isSignal, isText } from '../base/check-options.ts'
import { createLastingPromise } from '../base/lasting-promise.ts'
import { checkReading } from '../managers/call-options.ts'
import type { Broker } from '../broker.types.ts'
import { toAddress } from '../chain/address.ts'
import { resolveService } from '../chain/service-name.ts'
import { longestIdleness, toDryRun } from './dry-run-options.ts'
import { forecastOf } from '../funding/forecast.ts'
import type { PlanOptions } from '../funding/plan.ts'
import { openJournalRepair } from '../transactions/default-journal.ts'
import { closeEngine, type Engine } from './engine.ts'
import { BrokerFaces } from './broker-faces.ts'

/** The public face of an engine. */
export function brokerOn(engine: Engine): Broker {
  const { chain, minLockedBalance, common, positions, lane, funding, gas, cycle } = engine
  const { planner, history } = funding
  const { wallet, rules } = common
  let closing: Promise<void> | null = null
  /** Every caller waits for the same end. */
  const close = (): Promise<void> => (closing ??= closeEngine(engine).finally(closed.resolve))
  const closed = createLastingPromise()

  /** Checks the options of a plan, and asks for what their dry run has to know. */
  const optionsOf = ({ dryRun = false, ...others }: PlanOptions = {}): PlanOptions => {
    cycle.wantForecast()
    const tried = toDryRun(dryRun)
    if (typeof tried === 'object') funding.wantUse(longestIdleness(tried))
    return { ...others, dryRun: tried }
  }

  const own: Omit<Broker, keyof BrokerFaces> = {
    wallet,
    network: chain.network,
    genesis: chain.genesis,
    minLockedBalance,
    rules,
    positions$: positions.positions$,
    async position(how = {}) {
      checkReading('position', how)
      return positions.fresh(how.signal)
    },
    async plan(asked = {}) {
      checkOptions('plan', asked, { dryRun: anything, signal: isSignal })
      const { signal, ...how } = asked
      const options = optionsOf(how)
      const position = await positions.fresh(signal)
      await abortable(Promise.all([history.learn(position), gas.ask()]), signal)
      return planner.plan(position, options)
    },
    planAt(position, how = {}) {
      checkOptions('planAt', how, { dryRun: anything })
      return planner.plan(position, optionsOf(how))
    },
    async forecast(how = {}) {
      checkReading('forecast', how)
      return own.forecastAt(await own.plan({ ...how, dryRun: true }))
    },
    forecastAt: (plan) => forecastOf(plan, gas.price ?? 0n),
    async inferenceService(provider, how = {}) {
      checkReading('inferenceService', how)
      const { url, model } = await abortable(chain.readService(toAddress(provider, 'provider')), how.signal)
      return url === null || model === null ? null : { url, model }
    },
    subAccount: (provider, serviceType) =>
      engine.subAccounts.get(toAddress(provider, 'provider'), resolveService(serviceType, rules).serviceType),
    subAccounts: () => engine.subAccounts.all(),
    transactions: () => [...(lane?.transactions() ?? []), ...(funding.ledger.made?.payers.transactions() ?? [])],
    foreignTransactions: () => lane?.foreignTransactions() ?? 0,
    transactions$: engine.transactions.messages$,
    inspections$: engine.inspections.messages$,
    events$: engine.eventsTopic.messages$,
    latest: () => funding.dispatch.latest(),
    counts: engine.counts.read,
    refusal: () => lane?.refusal() ?? lane?.journalFailure() ?? null,
    async resolveIntent(id, outcome) {
      await (await engine.submitter.openLane()).resolve(id, outcome)
    },
    async openJournalRepair(how = {}) {
      checkOptions('openJournalRepair', how, { path: isText })
      return openJournalRepair({ ...chain, nonces: await chain.nonces(), ...how })
    },
    closed: closed.promise,
    close,
    [Symbol.asyncDispose]: close,
  }
  return Object.assign(new BrokerFaces(engine), own)
}
