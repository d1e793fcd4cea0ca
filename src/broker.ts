import type { InspectionEvent } from 'xstate'
import type { ServiceType } from '../machines/position.types.ts'
import { createBlockClock } from './base/block-clock.ts'
import { systemClock, type Clock } from './base/clock.ts'
import { AbortedError } from './base/errors.ts'
import { createInspection } from './base/inspection.ts'
import { createListeners } from './base/listeners.ts'
import { silent, type Logger } from './base/logger.ts'
import { keyOf } from './base/sub-account-key.ts'
import { checkBrokerOptions } from './broker-options.ts'
import type { Broker, BrokerOptions } from './broker.types.ts'
import { toAddress } from './chain/address.ts'
import { connectChain, type Connected, type Connection } from './chain/connect.ts'
import { DEFAULT_MIN_LOCKED_BALANCE, networks } from './chain/networks.ts'
import { createRuleUpdates } from './chain/rule-updates.ts'
import { resolveService } from './chain/service-name.ts'
import { createClosing } from './closing/closing.ts'
import { createClosingGate } from './closing/gate.ts'
import { closingPlanOf } from './closing/plan.ts'
import { createCycle } from './cycle.ts'
import { noAutoClaim } from './funding/auto-funding.ts'
import { checkIntervalMs, toBudget } from './funding/config.ts'
import { forecastOf } from './funding/forecast.ts'
import { createFunding } from './funding/funding.ts'
import { createGasPrice } from './funding/gas-price.ts'
import type { Plan } from './funding/plan.ts'
import { FineTuningManager } from './fine-tuning-manager.ts'
import { InferenceManager } from './inference-manager.ts'
import { LedgerManager } from './ledger-manager.ts'
import { createLedgerActor } from './lifecycle/ledger-actor.ts'
import { createSubAccountActors } from './lifecycle/sub-account-actors.ts'
import { createServiceCache, type ServiceCache } from './provider/service-cache.ts'
import { createSessionTokens } from './provider/session-token.ts'
import { createProviderFees, type ProviderFees } from './provider/unsettled-fee.ts'
import { createRefunds } from './refunds/refunds.ts'
import type { ServiceManagerOptions } from './service-manager.ts'
import { createAccountLocks } from './transactions/account-locks.ts'
import { defaultJournal } from './transactions/default-journal.ts'
import { MOST_FEE_PER_GAS } from './transactions/fee-ceiling.policy.ts'
import { fromLedger } from './transactions/in-flight.ts'
import type { Journal } from './transactions/journal.types.ts'
import { createLane } from './transactions/lane.ts'
import { createSubmitter } from './transactions/submitter.ts'
import type { TransactionActor } from './transactions/tracked-transaction.ts'

const DEFAULT_INTERVAL_MS = 30_000

/**
 * Connects to a wallet's 0G Compute ledger.
 *
 * @example
 * const broker = await createBroker({ signer: new Wallet(key, new JsonRpcProvider(url)) })
 * await broker.ledger.depositFund('10')
 * broker.inference.startAutoFunding(provider)
 *
 * @throws InvalidInputError for an unknown chain, wrong addresses or nonsense in the options
 * @throws ReadError when the chain cannot be read
 */
export async function createBroker(options: BrokerOptions): Promise<Broker> {
  checkBrokerOptions(options)
  toBudget(options.budget)
  if (options.autoClaim && 'document' in globalThis) throw noAutoClaim()
  if (options.signal?.aborted) throw new AbortedError('The broker was aborted before it was open.')
  return openBroker(connectChain(options, options.network), options)
}

/** Options of a broker whose chain is connected already. */
type OpenOptions = Omit<BrokerOptions, keyof Connection | 'network'> & { clock?: Clock }

/** A broker on a chain that is being connected, or was made for it. */
export async function openBroker(connecting: Connected | Promise<Connected>, options: OpenOptions): Promise<Broker> {
  const { intervalMs = DEFAULT_INTERVAL_MS, logger = silent, signal } = options
  checkIntervalMs(intervalMs)
  // rxjs takes as long to load as all the rest: a program that only converts amounts does not wait for it.
  const [chain, streams] = await Promise.all([connecting, import('./streams/streams.ts')])
  const journal = options.journal ?? (chain.transactions && (await journalOf(chain, logger)))
  const engine = createEngine({ ...options, intervalMs, logger, chain, streams, journal })
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
  /** Null for a broker without a signer. */
  journal: Journal | null
}

type Engine = ReturnType<typeof createEngine>

/** Wires the rooms, each part after those that it needs. Only the cycle is made first and connected last. */
function createEngine(options: EngineOptions) {
  const { chain, streams, journal, intervalMs, logger, autoClaim = false, clock = systemClock } = options
  const { rules, wallet } = chain
  const minLockedBalance = chain.network.minLockedBalance ?? DEFAULT_MIN_LOCKED_BALANCE
  const onClose = createListeners()
  const common = { wallet, rules, clock, logger, blockClock: createBlockClock(clock) }

  // Topics, and the stream that everything follows.
  const { transactions, inspection, inspections } = topicsOn(streams, options.inspect)
  const plans = streams.createPlans<Plan>()
  const cycle = createCycle()
  const positions = streams.createPositions({
    read: chain.readPosition,
    intervalMs,
    blockTimeMs: chain.blockTimeMs,
    onBlock: chain.onBlock,
    notBefore: chain.head,
    timestampOf: chain.timestampOf,
    prepare: cycle.prepare,
    accept: cycle.accept,
    onFailure: cycle.failed,
    clock,
    logger,
  })
  const withStream = { ...common, positions, inspected: inspection.inspected }

  const ruleUpdates = createRuleUpdates({ rules, readRules: chain.readRules, clock, logger })

  // Sending.
  const onJournalOpen = createListeners()
  const lane =
    chain.transactions &&
    journal &&
    createLane({
      ...withStream,
      port: chain.transactions,
      journal,
      blockTimeMs: chain.blockTimeMs,
      onOpen: onJournalOpen.emit,
      onMined(blockNumber) {
        positions.notBefore(blockNumber)
        positions.nudge()
      },
      onChange: transactions.next,
      maxFeePerGas: options.maxFeePerGas ?? null,
    })
  const gate = createClosingGate(() => lane?.workflows.closing.current() ?? null)
  const submitter = createSubmitter({ lane, wallet, checkTransfer: gate.check, onMinimum: ruleUpdates.doubt })
  const locks = createAccountLocks(lane)

  // Money out, money in, and the way home.
  const refunds = createRefunds({
    ...common,
    lane,
    locks,
    read: positions.fresh,
    submit: submitter.submit,
    closing: { isWanted: gate.isClosing, refuse: gate.check },
  })
  onJournalOpen.add(refunds.resume)
  const gas = gasPriceOn(chain, { ceiling: options.maxFeePerGas, onLate: positions.nudge, clock })
  const services = createServiceCache({ readService: chain.readService, onLate: positions.nudge, clock, logger })
  const funding = createFunding({
    ...withStream,
    minLockedBalance,
    lane,
    locks,
    submit: submitter.submit,
    intervalMs,
    budget: toBudget(options.budget),
    claimsAll: autoClaim,
    claimFailureOf: refunds.failureOf,
    gas,
    services,
    providerFees: providerFeesOn(chain, { services, clock }),
    readSettlements: chain.readSettlements,
    onStart() {
      submitter.readyLane()
      gate.check('startAutoFunding')
      cycle.wantForecast()
    },
  })
  const { autoFunding } = funding
  const closing = createClosing({
    ...withStream,
    lane,
    requireSending: submitter.openLane,
    onBegin: autoFunding.stopAll,
  })

  // Lifecycles, and what a reading reaches in which order.
  const subAccounts = createSubAccountActors(funding.planner.requiredOf, inspection.inspected)
  const ledger = createLedgerActor(wallet, inspection.inspected)
  inspection.include(() => [ledger.actor, ...subAccounts.all(), ...autoFunding.all().map(({ actor }) => actor)])
  inspection.include(() => lane?.transactions() ?? [])
  cycle.connect({
    ...funding,
    ...common,
    rules: ruleUpdates,
    services,
    gas,
    lane,
    refunds,
    subAccounts,
    ledger,
    closing,
    plans,
  })

  return {
    chain,
    minLockedBalance,
    common,
    onClose,
    transactions,
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
    services,
    funding,
    closing,
    subAccounts,
    ledger,
    async close(): Promise<void> {
      submitter.close()
      onClose.emit()
      autoFunding.close()
      closing.stop()
      positions.close()
      plans.close()
      transactions.close()
      subAccounts.stop()
      ledger.stop()
      await lane?.close()
      inspections.close()
    },
  }
}

/** What subscribers of transactions and inspections receive. */
function topicsOn(streams: EngineOptions['streams'], own: EngineOptions['inspect']) {
  const inspected = createListeners<InspectionEvent>()
  const inspection = createInspection({ own, others: inspected.emit })
  const inspections = streams.createTopic<InspectionEvent>(inspection.begin)
  inspected.add(inspections.next)
  return { transactions: streams.createTopic<TransactionActor>(), inspection, inspections }
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
  const close = (): Promise<void> => (closing ??= engine.close())

  const broker: Broker = {
    wallet,
    network: chain.network,
    genesis: chain.genesis,
    minLockedBalance,
    rules,
    ledger: ledgerManagerOn(engine),
    inference: new InferenceManager({
      ...serviceOptionsOn(engine, 'inference'),
      market: chain.market,
      readToken: chain.readToken,
      onNewGeneration: engine.services.expire,
    }),
    fineTuning: new FineTuningManager({ ...serviceOptionsOn(engine, 'fine-tuning'), market: chain.market }),
    positions$: positions.positions$,
    plan$: engine.plans.follow(positions.positions$, cycle.wantForecast),
    position: () => positions.fresh(),
    async plan(how) {
      cycle.wantForecast()
      const position = await positions.fresh()
      await Promise.all([history.learn(position), gas.ask()])
      return planner.plan(position, how)
    },
    planAt(position, how) {
      cycle.wantForecast()
      return planner.plan(position, how)
    },
    async forecast() {
      return broker.forecastAt(await broker.plan({ dryRun: true }))
    },
    forecastAt: (plan) => forecastOf(plan, gas.price ?? 0n),
    async inferenceService(provider) {
      const { url, model } = await chain.readService(toAddress(provider, 'provider'))
      return url === null || model === null ? null : { url, model }
    },
    subAccount: (provider, serviceType) =>
      engine.subAccounts.get(toAddress(provider, 'provider'), resolveService(serviceType, rules).serviceType),
    subAccounts: engine.subAccounts.all,
    transactions: () => lane?.transactions() ?? [],
    transactions$: engine.transactions.messages$,
    inspections$: engine.inspections.messages$,
    async resolveIntent(id, outcome) {
      await (await engine.submitter.openLane()).resolve(id, outcome)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
  return broker
}

function ledgerManagerOn({
  chain,
  common,
  positions,
  submitter,
  ruleUpdates,
  locks,
  funding,
  refunds,
  ledger,
  closing,
  gas,
}: Engine) {
  const { rules } = common
  return new LedgerManager({
    ...common,
    read: positions.fresh,
    listLedgers: chain.listLedgers,
    refreshRules: ruleUpdates.refresh,
    // A transfer during a claim would count as a part of what the claim puts back.
    submit: (intent, options) => locks.after(intent.touches, () => submitter.submit(intent, options)),
    isKept: (id) => funding.accounts.all().some((one) => keyOf(one.id) === keyOf(id)),
    out: refunds,
    actor: ledger.actor,
    closing,
    async closingPlanAt(position) {
      await gas.ask()
      return closingPlanOf(position, rules, gas.price ?? 0n)
    },
  })
}

function serviceOptionsOn(engine: Engine, serviceType: ServiceType): ServiceManagerOptions {
  const { common, minLockedBalance, positions, submitter, lane, locks, gate, funding } = engine
  return {
    ...common,
    serviceType,
    minLockedBalance,
    read: positions.fresh,
    submit: (intent, signal) => submitter.submit(intent, { signal }),
    inFlightFromLedger: () => fromLedger(lane?.inFlight() ?? []),
    exclusive: locks.exclusive,
    refuseWhileClosing: gate.check,
    autoFunding: funding.autoFunding,
    limitsOf: funding.planner.limitsOf,
  }
}

function journalOf({ chainId, wallet, genesis }: Connected, logger: Logger): Promise<Journal> {
  return defaultJournal({ chainId, wallet, genesis, logger })
}

/** Null where the wallet would have to ask a person to sign in at a provider. */
function providerFeesOn(
  { wallet, chainId, signMessage }: Connected,
  { services, clock }: { services: ServiceCache; clock: Clock },
): ProviderFees | null {
  if (!signMessage) return null
  const { tokenFor } = createSessionTokens({ wallet, sign: signMessage, now: clock.now })
  // Providers of a local chain live on this machine; those of a live network have no business there.
  const allowLoopback = !Object.values(networks).some((one) => BigInt(one.chainId) === chainId)
  return createProviderFees({ wallet, tokenFor, services, allowLoopback, clock })
}
