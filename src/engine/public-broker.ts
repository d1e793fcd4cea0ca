import { abortable } from '../base/abortable.ts'
import { anything, checkOptions, checkShape, isSignal, isText } from '../base/check-options.ts'
import { NotLoadedError } from '../base/not-loaded-error.ts'
import { createLastingPromise } from '../base/lasting-promise.ts'
import { checkReading } from '../managers/call-options.ts'
import type { Broker } from '../broker.types.ts'
import { toAddress } from '../chain/address.ts'
import { resolveService } from '../chain/service-name.ts'
import { forecastOf } from '../funding/forecast.ts'
import type { PlanOptions } from '../funding/plan.ts'
import { closeEngine, type Engine } from './engine.ts'
import { fineTuningManagerOn, inferenceManagerOn, ledgerManagerOn } from './managers.ts'
import { rooms } from './rooms.ts'
import { standingOf } from './standing.ts'

/** The public face of an engine. */
export function brokerOn(engine: Engine): Broker {
  return new EngineBroker(engine)
}

/** Its methods are bound: an app may pass one on by itself. What most wallets of a fleet are never asked for is made at the first look. */
class EngineBroker implements Broker {
  readonly #engine: Engine
  readonly #closed = createLastingPromise()
  #ledger: Broker['ledger'] | null = null
  #inference: Broker['inference'] | null = null
  #fineTuning: Broker['fineTuning'] | null = null
  #plan$: Broker['plan$'] | null = null
  #closing: Promise<void> | null = null

  readonly wallet: Broker['wallet']
  readonly network: Broker['network']
  readonly genesis: Broker['genesis']
  readonly minLockedBalance: Broker['minLockedBalance']
  readonly rules: Broker['rules']
  readonly positions$: Broker['positions$']

  constructor(engine: Engine) {
    const { chain, common, positions } = engine
    this.#engine = engine
    this.wallet = common.wallet
    this.network = chain.network
    this.genesis = chain.genesis
    this.minLockedBalance = engine.minLockedBalance
    this.rules = common.rules
    this.positions$ = positions.positions$
  }

  get ledger(): Broker['ledger'] {
    return (this.#ledger ??= ledgerManagerOn(this.#engine))
  }

  get inference(): Broker['inference'] {
    return (this.#inference ??= inferenceManagerOn(this.#engine))
  }

  get fineTuning(): Broker['fineTuning'] {
    return (this.#fineTuning ??= fineTuningManagerOn(this.#engine))
  }

  get plan$(): Broker['plan$'] {
    const { plans, positions, cycle } = this.#engine
    return (this.#plan$ ??= plans.follow(positions.positions$, cycle.wantForecast))
  }

  get transactions$(): Broker['transactions$'] {
    return this.#engine.transactions.messages$
  }

  get inspections$(): Broker['inspections$'] {
    return this.#engine.inspections.messages$
  }

  get events$(): Broker['events$'] {
    return this.#engine.eventsTopic.messages$
  }

  get closed(): Promise<void> {
    return this.#closed.promise
  }

  readonly position: Broker['position'] = async (how = {}) => {
    checkReading('position', how)
    return this.#engine.positions.fresh(how.signal)
  }

  readonly plan: Broker['plan'] = async (asked = {}) => {
    checkOptions('plan', asked, { dryRun: anything, signal: isSignal })
    const { positions, funding, gas, planning } = this.#engine
    const { signal, ...how } = asked
    if (isDry(how) && !planning.now) await abortable(planning.load(), signal)
    const options = this.#planOptions(how)
    const position = await positions.fresh(signal)
    await abortable(Promise.all([funding.history.learn(position), gas.ask()]), signal)
    return funding.planner.plan(position, options)
  }

  readonly planAt: Broker['planAt'] = (position, how = {}) => {
    checkOptions('planAt', how, { dryRun: anything })
    checkShape('planAt', position, 'a position, as broker.position() gives it', ['block', 'wallet', 'subAccounts'])
    return this.#engine.funding.planner.plan(position, this.#planOptions(how))
  }

  readonly forecast: Broker['forecast'] = async (how = {}) => {
    checkReading('forecast', how)
    return this.forecastAt(await this.plan({ ...how, dryRun: true }))
  }

  readonly forecastAt: Broker['forecastAt'] = (plan) => {
    checkShape('forecastAt', plan, 'a plan, as broker.plan() gives it', ['position', 'decisions', 'shortfall'])
    return forecastOf(plan, this.#engine.gas.price ?? 0n)
  }

  readonly inferenceService: Broker['inferenceService'] = async (provider, how = {}) => {
    checkReading('inferenceService', how)
    const service = this.#engine.chain.readService(toAddress(provider, 'provider'))
    const { url, model } = await abortable(service, how.signal)
    return url === null || model === null ? null : { url, model }
  }

  readonly subAccount: Broker['subAccount'] = (provider, serviceType) => {
    const { serviceType: type } = resolveService(serviceType, this.rules)
    return this.#engine.subAccounts.get(toAddress(provider, 'provider'), type)
  }

  readonly subAccounts: Broker['subAccounts'] = () => this.#engine.subAccounts.all()

  readonly standing: Broker['standing'] = () => ({
    ...standingOf(this.#engine),
    endpoints: this.#inference?.endpointCounts() ?? [],
  })

  readonly transactions: Broker['transactions'] = () => {
    const { lane, funding } = this.#engine
    return [...(lane?.transactions() ?? []), ...(funding.ledger.made?.payers.transactions() ?? [])]
  }

  readonly foreignTransactions: Broker['foreignTransactions'] = () => this.#engine.lane?.foreignTransactions() ?? 0

  readonly latest: Broker['latest'] = () => this.#engine.funding.dispatch.latest()

  readonly counts: Broker['counts'] = () => this.#engine.counts.read()

  readonly refusal: Broker['refusal'] = () =>
    this.#engine.lane?.refusal() ?? this.#engine.lane?.journalFailure() ?? null

  readonly resolveIntent: Broker['resolveIntent'] = async (id, outcome) => {
    const lane = await this.#engine.submitter.openLane()
    await lane.resolve(id, outcome)
  }

  readonly openJournalRepair: Broker['openJournalRepair'] = async (how = {}) => {
    checkOptions('openJournalRepair', how, { path: isText })
    const { chain, sending } = this.#engine
    const { openJournalRepair } = sending ?? (await rooms.repair.load())
    return openJournalRepair({ ...chain, nonces: await chain.nonces(), ...how })
  }

  /** Every caller waits for the same end. */
  readonly close: Broker['close'] = () => (this.#closing ??= closeEngine(this.#engine).finally(this.#closed.resolve))

  readonly [Symbol.asyncDispose] = this.close

  /** Checks the options of a plan, and asks for what their dry run has to know. */
  #planOptions({ dryRun = false, ...others }: PlanOptions = {}): PlanOptions {
    const { cycle, funding, planning } = this.#engine
    cycle.wantForecast()
    if (!isDry({ dryRun })) return { ...others, dryRun }
    if (!planning.now) throw new NotLoadedError()
    const { toDryRun, longestIdleness } = planning.now
    const tried = toDryRun(dryRun)
    if (typeof tried === 'object') funding.wantUse(longestIdleness(tried))
    return { ...others, dryRun: tried }
  }
}

const isDry = ({ dryRun = false }: PlanOptions): boolean => dryRun !== false
