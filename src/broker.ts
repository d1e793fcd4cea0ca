import type { InspectionEvent } from 'xstate'
import type { ServiceType } from '../machines/position.types.ts'
import type { NodeRefusal } from '../machines/transaction/transaction.types.ts'
import { abortable } from './base/abortable.ts'
import { createBlockClock } from './base/block-clock.ts'
import { steadyClock, systemClock, type Clock } from './base/clock.ts'
import { AbortedError, InvalidInputError } from './base/errors.ts'
import { createInspection, type Inspection } from './base/inspection.ts'
import { createLastingPromise } from './base/lasting-promise.ts'
import { createListeners } from './base/listeners.ts'
import { silent, type Logger } from './base/logger.ts'
import { createRequestCounts, type RequestCounts } from './base/request-counts.ts'
import { keyOf } from './base/sub-account-key.ts'
import { createReports, type Reports } from './broker-reports.ts'
import { checkReading } from './call-options.ts'
import type { Broker, BrokerOptions } from './broker.types.ts'
import { toAddress } from './chain/address.ts'
import { connectChain, type Connected, type Connection } from './chain/connect.ts'
import { DEFAULT_MIN_LOCKED_BALANCE } from './chain/networks.ts'
import { createRuleUpdates } from './chain/rule-updates.ts'
import { resolveService } from './chain/service-name.ts'
import { createClosing } from './closing/closing.ts'
import { createClosingGate } from './closing/gate.ts'
import { closingPlanOf } from './closing/plan.ts'
import { createCycle } from './cycle.ts'
import type { BrokerEvent } from './events/event.types.ts'
import { approvalNeedOf, checkAutoClaim, type ApprovalNeed } from './funding/approval-need.ts'
import { longestIdleness, toDryRun } from './dry-run-options.ts'
import { checkIntervalMs, toBudget } from './funding/config.ts'
import { forecastOf } from './funding/forecast.ts'
import type { SharedBudget } from './funding/shared-budget.ts'
import { createFunding, type Funding } from './funding/funding.ts'
import { createGasPrice, type GasPrice } from './funding/gas-price.ts'
import { createOnDemand } from './funding/on-demand.ts'
import { createQuiet } from './funding/quiet.ts'
import { createRequestFunding } from './funding/request-funding.ts'
import { createSubAccountFunding } from './funding/sub-account-funding.ts'
import type { Plan, PlanOptions } from './funding/plan.ts'
import { FineTuningManager } from './fine-tuning-manager.ts'
import { InferenceManager } from './inference-manager.ts'
import { LedgerManager } from './ledger-manager.ts'
import { createLedgerActor } from './lifecycle/ledger-actor.ts'
import { createSubAccountActors } from './lifecycle/sub-account-actors.ts'
import { createPayees, type Payees } from './provider/payees.ts'
import { SEND_TIMEOUT_MS, SIGN_TIMEOUT_MS, withSigningTimeout } from './transactions/signer-timeout.ts'
import { createProviderAccess } from './provider-access.ts'
import { createRefunds } from './refunds/refunds.ts'
import type { ServiceManagerOptions, StatusFacts } from './service-manager.ts'
import { createAccountLocks, type AccountLocks } from './transactions/account-locks.ts'
import { defaultJournal, openJournalRepair } from './transactions/default-journal.ts'
import { MOST_FEE_PER_GAS } from './transactions/fee-ceiling.policy.ts'
import { fromLedger } from './transactions/in-flight.ts'
import type { Journal } from './transactions/journal.types.ts'
import type { Lane, LaneOptions } from './transactions/lane.ts'
import { checkLeasedJournal, checkPayerJournal } from './transactions/leased-journal.ts'
import { memoryJournal } from './transactions/memory-journal.ts'
import { closeUnused, joinLane } from './transactions/shared-lane.ts'
import { createSubmitter } from './transactions/submitter.ts'
import type { TransactionActor } from './transactions/tracked-transaction.ts'

const DEFAULT_INTERVAL_MS = 30_000

/** A broker on the chain of a checked connection. */
export function connectBroker(options: BrokerOptions): Promise<Broker> {
  const requests = createRequestCounts()
  const { network, signerTimeoutMs } = options
  const how = { signerTimeoutMs, requests: requests.rpc }
  return openBroker(connectChain(options, network, how), {
    ...options,
    requests,
    connectPayer: (signer) => connectChain({ signer }, network, how),
  })
}

/** Options of a broker whose chain is connected already. */
type OpenOptions = Omit<BrokerOptions, keyof Connection | 'network'> & {
  clock?: Clock
  /** Added to each gas limit; at random by default. A simulation passes one, so that the same seed gives the same bytes. */
  gasMark?: number
  /** Counts the requests of its connection. */
  requests?: RequestCounts
  /** What a broker among many of one process does otherwise. */
  shared?: SharedOptions
  /** Connects another key to the same chain, for deposits. */
  connectPayer?: (signer: NonNullable<Connection['signer']>) => Promise<Connected>
}

/** What a fleet's broker does otherwise: it reads together with the others, and does no work for what does not change. */
export type SharedOptions = {
  /** Milliseconds into each interval at which it reads. */
  phaseMs: () => number
  /** A budget for all of them. */
  budget?: SharedBudget | undefined
  /** A reading that changes nothing is not planned anew: see Quiet. */
  skipsQuiet: boolean
  /** Receives each plan. */
  onPlan: (plan: Plan) => void
}

/**
 * A broker on a chain that is being connected, or was made for it. An opening that the signal aborts closes the caller's journal, if no
 * lane has it; one that fails leaves it to the caller, for another try.
 */
export async function openBroker(connecting: Connected | Promise<Connected>, options: OpenOptions): Promise<Broker> {
  const { journal, logger = silent, signal } = options
  try {
    return await open(connecting, options)
  } catch (error) {
    if (journal && signal?.aborted)
      await closeUnused(journal).catch((err: unknown) => logger.error({ err }, 'the journal could not be closed'))
    throw error
  }
}

async function open(connecting: Connected | Promise<Connected>, options: OpenOptions): Promise<Broker> {
  const { intervalMs = DEFAULT_INTERVAL_MS, logger = silent, signal } = options
  checkIntervalMs(intervalMs)
  // rxjs takes as long to load as all the rest: a program that only converts amounts does not wait for it.
  const [chain, streams] = await Promise.all([
    abortable(Promise.resolve(connecting), signal),
    import('./streams/streams.ts'),
  ])
  if (options.journal && chain.transactions)
    checkLeasedJournal(options.journal, { ...chain, signs: chain.transactions.sign !== null })
  const kept = options.journal ?? (chain.transactions && (await journalOf(chain, logger)))
  const mustAsk = approvalNeedOf({ isForgetful: chain.transactions !== null && kept === null })
  if (options.autoClaim) checkAutoClaim(mustAsk)
  const engine = createEngine({
    ...options,
    intervalMs,
    logger,
    chain,
    streams,
    journal: kept ?? forgetfulJournal(),
    mustAsk,
  })
  const broker = brokerOn(engine)
  const abort = (): void =>
    void broker.close().catch((error: unknown) => logger.error({ err: error }, 'closing failed'))
  signal?.addEventListener('abort', abort)
  engine.onClose.add(() => signal?.removeEventListener('abort', abort))
  // The lane takes up what an earlier process left open. Without its journal the broker reads, and refuses to send.
  await engine.lane?.open().catch((error: unknown) => logger.error({ err: error }, 'nothing can be sent'))
  // The signal may have aborted at any moment since the call.
  if (signal?.aborted) {
    await broker.close()
    throw new AbortedError('The broker was aborted before it was open.')
  }
  return broker
}

type EngineOptions = Omit<OpenOptions, 'journal'> & {
  intervalMs: number
  logger: Logger
  chain: Connected
  streams: typeof import('./streams/streams.ts')
  journal: Journal
  mustAsk: ApprovalNeed
}

type Engine = ReturnType<typeof createEngine>

/** Options one of which may also be null, for no limit. */
type Nullable<Options, Key extends keyof Options> = Omit<Options, Key> & { [Name in Key]?: Options[Name] | null }

/** Wires the rooms, each part after those that it needs. Only the cycle is made first and connected last. */
function createEngine(options: EngineOptions) {
  const { chain, streams, intervalMs, logger, autoClaim = false, clock: wall = systemClock } = options
  const { requests = createRequestCounts(), mustAsk } = options
  const { rules, wallet } = chain
  const minLockedBalance = chain.network.minLockedBalance ?? DEFAULT_MIN_LOCKED_BALANCE
  const [onClose, onJournalOpen] = [createListeners(), createListeners()]
  const clock = steadyClock(wall)
  const common = { wallet, rules, clock, logger, mustAsk, blockClock: createBlockClock(clock, { intervalMs }) }

  // Topics, and the stream that everything follows.
  const { transactions, eventsTopic, inspection, inspections } = topicsOn(streams, options.inspect)
  const reports = createReports({
    ...common,
    chainId: chain.chainId,
    requests,
    tracer: options.tracer,
    onTransaction: transactions.next,
    onEvent: eventsTopic.next,
    lane: () => lane,
    gas: () => gas,
  })
  const { events, counts, traces } = reports
  const [plans, cycle] = [streams.createPlans<Plan>(options.shared?.onPlan), createCycle()]
  const positions = streams.createPositions({
    ...chain,
    ...options.shared,
    read: chain.readPosition,
    intervalMs,
    notBefore: chain.head,
    prepare: cycle.prepare,
    accept: cycle.accept,
    onFailure: cycle.failed,
    onNudge: () => quiet?.disturb(),
    onReading: reports.reading,
    clock,
    logger,
  })
  const withStream = { ...common, positions, inspected: inspection.inspected }
  const ruleUpdates = createRuleUpdates({ rules, readRules: chain.readRules, clock, logger })

  // Sending.
  const { lane, locks } = laneOn(options, {
    ...withStream,
    onOpen: onJournalOpen.emit,
    onClosingBegun: () => funding.stop(),
    onClosingEnded: (end) => closing.ended(end),
    reports,
  })
  const gate = createClosingGate(() => lane?.workflows.closing.current() ?? null)
  const submitter = createSubmitter({ lane, wallet, checkTransfer: gate.check, onMinimum: ruleUpdates.doubt })

  // Money out, money in, and the way home.
  const refunds = createRefunds({
    ...common,
    lane,
    locks,
    read: positions.fresh,
    submit: submitter.submit,
    closing: { isWanted: gate.isClosing, refuse: gate.check },
    keptAt: (id, position) => funding.keptAt(id, position),
  })
  onJournalOpen.add(refunds.resume)
  const gas: GasPrice = gasPriceOn(chain, { ceiling: options.maxFeePerGas, onLate: positions.nudge, clock })
  const access = createProviderAccess(chain, {
    onLate: positions.nudge,
    requests: requests.provider,
    clock,
    wall,
    logger,
  })
  const funding: Funding = createFunding({
    ...withStream,
    minLockedBalance,
    lane,
    locks,
    submitter,
    closing: { isWanted: gate.isClosing, refuse: gate.check },
    treasury: { ...treasuryOn(options), report: reports.transactions },
    intervalMs,
    ...budgetsIn(options),
    claimsAll: autoClaim,
    refunds,
    gas,
    ...access,
    readSettlements: chain.readSettlements,
    report: events.funding,
    onCharge: counts.charge,
    onLearn: () => quiet?.disturb(),
    onStart(operation) {
      submitter.readyLane()
      gate.check(operation)
      cycle.wantForecast()
    },
  })
  const closing = createClosing({
    ...withStream,
    lane,
    requireSending: submitter.openLane,
    onEnd: events.closingEnded,
  })

  // Lifecycles, and what a reading reaches in which order.
  const quiet = quietOn(options, { funding, closing, locks, lane })
  const { subAccounts, ledger } = lifecyclesOn(inspection, { wallet, funding, lane })
  cycle.connect({
    ...funding,
    ...common,
    ...(quiet && { quiet }),
    rules: ruleUpdates,
    services: access.services,
    gas,
    lane,
    refunds,
    subAccounts,
    ledger,
    closing,
    plans,
    events,
    counts,
    planner: { plan: (...args) => traces.plan(() => funding.planner.plan(...args)) },
  })

  return {
    chain,
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
    refunds,
    gas,
    access,
    funding,
    closing,
    subAccounts,
    ledger,
  }
}

async function closeEngine(engine: Engine): Promise<void> {
  engine.submitter.close()
  engine.onClose.emit()
  engine.events.close()
  const fundingClosed = engine.funding.close()
  engine.closing.stop()
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

type LaneParts = Engine['common'] &
  Pick<Engine, 'positions'> &
  Pick<LaneOptions, 'inspected' | 'onOpen' | 'onClosingBegun' | 'onClosingEnded'> & { reports: Reports }

/** The wallet's lane, which brokers of one process share; null for a broker without a signer. */
function laneOn(
  { chain, journal, signerTimeoutMs, maxFeePerGas, gasMark, shared }: EngineOptions,
  { positions, reports, ...parts }: LaneParts,
): { lane: Lane | null; locks: AccountLocks } {
  if (!chain.transactions) return { lane: null, locks: createAccountLocks(null) }
  return joinLane(chain, {
    ...parts,
    ...reports.transactions,
    port: withSigningTimeout(chain.transactions, signerTimeoutMs ?? SIGN_TIMEOUT_MS, parts.clock),
    journal,
    blockTimeMs: chain.blockTimeMs,
    onMined(blockNumber) {
      positions.notBefore(blockNumber)
      positions.nudge()
    },
    onQuiet: positions.nudge,
    maxFeePerGas: maxFeePerGas ?? null,
    sendTimeoutMs: signerTimeoutMs ?? SEND_TIMEOUT_MS,
    gasMark,
    looksLate: shared !== undefined,
  })
}

/** The budget of this wallet, and one that it shares with others. */
function budgetsIn({ budget, shared }: EngineOptions) {
  return { budget: toBudget(budget), sharedBudget: shared?.budget }
}

/** What tells readings that change nothing; null where each reading is planned. */
function quietOn(
  { shared }: EngineOptions,
  { funding, closing, locks, lane }: Pick<Engine, 'funding' | 'closing' | 'locks' | 'lane'>,
) {
  if (shared?.skipsQuiet !== true) return null
  const isBusy = () => closing.status() !== null || locks.reserved.size > 0 || lane?.isQuiet() === false
  return { ...createQuiet({ ...funding, isBusy }), keep: funding.dispatch.keep }
}

/** The actors of ledger and sub-accounts, and how a later inspector finds all that run. */
function lifecyclesOn(
  { inspected, include }: Inspection,
  { wallet, funding, lane }: { wallet: string; funding: Funding; lane: Lane | null },
) {
  const subAccounts = createSubAccountActors(funding.planner.requiredOf, inspected)
  const ledger = createLedgerActor(wallet, inspected)
  include(() => [ledger.actor, ...subAccounts.all(), ...funding.autoFunding.all().map(({ actor }) => actor)])
  include(() => [funding.autoDeposit.actor()].filter((actor) => actor !== null))
  include(() => lane?.transactions() ?? [])
  return { subAccounts, ledger }
}

/** How another key that deposits for this wallet is connected. */
function treasuryOn({
  chain,
  connectPayer,
  maxFeePerGas = null,
  signerTimeoutMs = SIGN_TIMEOUT_MS,
  gasMark,
  journal,
  logger,
}: Nullable<EngineOptions, 'maxFeePerGas'>) {
  return {
    maxFeePerGas,
    signTimeoutMs: signerTimeoutMs,
    gasMark,
    async connectPayer(signer: NonNullable<Connection['signer']>) {
      if (!connectPayer) throw new InvalidInputError('This broker connects no other key.')
      const payer = await connectPayer(signer)
      if (payer.chainId === chain.chainId && payer.genesis === chain.genesis) return payer
      throw new InvalidInputError('The key that deposits is connected to another chain.', {
        chain: String(payer.chainId),
        expected: String(chain.chainId),
      })
    },
    async journalOf(payer: Pick<Connected, 'chainId' | 'wallet' | 'genesis'>) {
      checkPayerJournal(journal, payer.wallet)
      return (await journalOf(payer, logger)) ?? forgetfulJournal()
    },
  }
}

/** What subscribers of transactions, events and inspections receive. */
function topicsOn(streams: EngineOptions['streams'], own: EngineOptions['inspect']) {
  const inspected = createListeners<InspectionEvent>()
  const inspection = createInspection({ own, others: inspected.emit })
  const inspections = streams.createTopic<InspectionEvent>(inspection.begin)
  inspected.add(inspections.next)
  const eventsTopic = streams.createTopic<BrokerEvent>()
  return { transactions: streams.createTopic<TransactionActor>(), eventsTopic, inspection, inspections }
}

/** Where the caller sets no ceiling, the lane's absolute one holds. */
function gasPriceOn(
  { fees }: Connected,
  { ceiling = MOST_FEE_PER_GAS, ...rest }: { ceiling: bigint | undefined; onLate: () => void; clock: Clock },
) {
  return createGasPrice({ fees, ceiling, ...rest })
}

/** The public face of an engine. */
function brokerOn(engine: Engine): Broker {
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

  const broker: Broker = {
    wallet,
    network: chain.network,
    genesis: chain.genesis,
    minLockedBalance,
    rules,
    ledger: ledgerManagerOn(engine),
    inference: inferenceManagerOn(engine),
    fineTuning: new FineTuningManager({ ...serviceOptionsOn(engine, 'fine-tuning'), market: chain.market }),
    positions$: positions.positions$,
    plan$: engine.plans.follow(positions.positions$, cycle.wantForecast),
    async position(how = {}) {
      checkReading('position', how)
      return positions.fresh(how.signal)
    },
    async plan({ signal, ...how } = {}) {
      checkReading('plan', { signal })
      const options = optionsOf(how)
      const position = await positions.fresh(signal)
      await abortable(Promise.all([history.learn(position), gas.ask()]), signal)
      return planner.plan(position, options)
    },
    planAt: (position, how) => planner.plan(position, optionsOf(how)),
    async forecast(how = {}) {
      checkReading('forecast', how)
      return broker.forecastAt(await broker.plan({ ...how, dryRun: true }))
    },
    forecastAt: (plan) => forecastOf(plan, gas.price ?? 0n),
    async inferenceService(provider, how = {}) {
      checkReading('inferenceService', how)
      const { url, model } = await abortable(chain.readService(toAddress(provider, 'provider')), how.signal)
      return url === null || model === null ? null : { url, model }
    },
    subAccount: (provider, serviceType) =>
      engine.subAccounts.get(toAddress(provider, 'provider'), resolveService(serviceType, rules).serviceType),
    subAccounts: engine.subAccounts.all,
    transactions: () => [...(lane?.transactions() ?? []), ...funding.depositTransactions()],
    foreignTransactions: () => lane?.foreignTransactions() ?? 0,
    transactions$: engine.transactions.messages$,
    inspections$: engine.inspections.messages$,
    events$: engine.eventsTopic.messages$,
    latest: funding.dispatch.latest,
    counts: engine.counts.read,
    refusal: () => lane?.refusal() ?? lane?.journalFailure() ?? null,
    async resolveIntent(id, outcome) {
      await (await engine.submitter.openLane()).resolve(id, outcome)
    },
    openJournalRepair: (how) => openJournalRepair({ ...chain, ...how }),
    closed: closed.promise,
    close,
    [Symbol.asyncDispose]: close,
  }
  return broker
}

function ledgerManagerOn(engine: Engine) {
  const { chain, common, positions, submitter, ruleUpdates, locks, funding, refunds, ledger, closing, gas } = engine
  const { rules } = common
  return new LedgerManager({
    ...common,
    read: positions.fresh,
    listLedgers: chain.listLedgers,
    refreshRules: ruleUpdates.refresh,
    // A transfer during a claim would count as a part of what the claim puts back.
    submit: (intent, options) => locks.after(intent.touches, () => submitter.submit(intent, options), options?.signal),
    stallOf: locks.stallOf,
    payees: payeesOn(engine),
    isKept: (id) => funding.accounts.all().some((one) => keyOf(one.id) === keyOf(id)),
    out: refunds,
    autoDeposit: funding.autoDeposit,
    ensureFunded: funding.ensureLedger,
    actor: ledger.actor,
    closing,
    async closingPlanAt(position) {
      await gas.ask()
      return closingPlanOf(position, rules, gas.price ?? 0n)
    },
  })
}

function inferenceManagerOn(engine: Engine): InferenceManager {
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
        recall: funding.history.searchAll,
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

function journalOf(
  { chainId, wallet, genesis }: Pick<Connected, 'chainId' | 'wallet' | 'genesis'>,
  logger: Logger,
): Promise<Journal | null> {
  return defaultJournal({ chainId, wallet, genesis, logger })
}

/** Brokers of one wallet in one program share its lane. */
const forgetfulJournal = (): Journal => ({ ...memoryJournal(), place: 'memory' })
