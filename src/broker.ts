import type { InspectionEvent } from 'xstate'
import type { ServiceType } from '../machines/position.types.ts'
import { checkWanted } from './funding/top-up.ts'
import { checkIntervalMs, toBudget } from './funding/config.ts'
import { claimsUnasked, createAutoFunding } from './funding/auto-funding.ts'
import { createClosing } from './closing/closing.ts'
import { closingPlanOf } from './closing/plan.ts'
import type { Broker, BrokerOptions } from './broker.types.ts'
import { toAddress } from './chain/address.ts'
import { connectChain, type Connected, type Connection } from './chain/connect.ts'
import { createBlockClock } from './base/block-clock.ts'
import { DEFAULT_MIN_LOCKED_BALANCE, networks } from './chain/networks.ts'
import { systemClock, type Clock } from './base/clock.ts'
import { AbortedError, OvertakenError, ReadOnlyError } from './base/errors.ts'
import { fromLedger } from './transactions/in-flight.ts'
import { exitGas, forecastOf } from './funding/forecast.ts'
import { createGasPrice } from './funding/gas-price.ts'
import { createProviderFees } from './provider/provider-fees.ts'
import { createServiceCache } from './provider/service-cache.ts'
import { createKeeper, type Plan } from './funding/keeper.ts'
import { createLedgerActor } from './lifecycle/ledger-actor.ts'
import { LedgerManager } from './ledger-manager.ts'
import { silent } from './base/logger.ts'
import { createInspection } from './base/inspection.ts'
import { transferIntent } from './transactions/build-intent.ts'
import { createRefunds } from './refunds/refunds.ts'
import { ServiceManager } from './service-manager.ts'
import { resolveService } from './chain/service-name.ts'
import { bySubAccount } from './funding/budget.ts'
import { keyOf } from './base/sub-account-key.ts'
import { createSubAccountActors } from './lifecycle/sub-account-actors.ts'
import type { Intent, Receipt } from './transactions/intent.ts'
import { defaultJournal } from './transactions/default-journal.ts'
import type { TransactionActor } from './transactions/tracked-transaction.ts'
import { createLane, type SubmitOptions } from './transactions/lane.ts'
import { createAccountLocks } from './transactions/account-locks.ts'
import { withTimeout } from './base/timeout.ts'

const DEFAULT_INTERVAL_MS = 30_000
/** A node that takes long over its logs does not hold up the readings. */
const HISTORY_GRACE_MS = 500

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
  checkIntervalMs(options.intervalMs ?? DEFAULT_INTERVAL_MS)
  if (options.autoClaim && 'document' in globalThis) throw claimsUnasked()
  if (options.signal?.aborted) throw new AbortedError('The broker was aborted before it was open.')
  return openBroker(connectChain(options, options.network), options)
}

/** A broker on a chain that is being connected, or was made for it. */
export async function openBroker(
  connecting: Connected | Promise<Connected>,
  options: Omit<BrokerOptions, keyof Connection | 'network'> & { clock?: Clock },
): Promise<Broker> {
  const { intervalMs = DEFAULT_INTERVAL_MS, logger = silent, signal, autoClaim = false } = options
  const { clock = systemClock } = options
  checkIntervalMs(intervalMs)
  // rxjs takes as long to load as all the rest; who only converts amounts does not wait for it.
  const [chain, { createPositions, createPlans, createTopic }] = await Promise.all([
    connecting,
    import('./streams/streams.ts'),
  ])
  const { rules, wallet } = chain
  const minLockedBalance = chain.network.minLockedBalance ?? DEFAULT_MIN_LOCKED_BALANCE
  const transactions = createTopic<TransactionActor>()
  const inspections = createTopic<InspectionEvent>(() => inspection.begin())
  const inspection = createInspection({
    own: options.inspect,
    others: inspections.next,
    actors: () => [
      ledgerActor.actor,
      ...subAccounts.all(),
      ...keeper.all().map(({ actor }) => actor),
      ...(lane?.transactions() ?? []),
    ],
  })
  const { inspected } = inspection
  /** Somebody looks at the plan: what was charged before, and what gas costs, is worth a question. */
  let wantsBurn = false
  let closed = false
  let shutting: Promise<void> | null = null

  const lane =
    chain.transactions &&
    createLane({
      port: chain.transactions,
      journal:
        options.journal ?? (await defaultJournal({ chainId: chain.chainId, wallet, genesis: chain.genesis, logger })),
      blockTimeMs: chain.blockTimeMs,
      onOpen: () => out.resume(),
      onMined(blockNumber) {
        positions.notBefore(blockNumber)
        positions.nudge()
      },
      onChange: (actor) => transactions.next(actor),
      maxFeePerGas: options.maxFeePerGas ?? null,
      clock,
      logger,
      inspected,
    })

  const blockClock = createBlockClock(clock)
  const locks = createAccountLocks(lane)
  const out = createRefunds({
    wallet,
    rules,
    lane,
    locks,
    read: (signal) => positions.fresh(signal),
    submit,
    closing: { isWanted: () => closing.isWanted(), refuse: (operation) => closing.refuse(operation) },
    clock,
    blockClock,
    logger,
  })
  const gas = createGasPrice({ fees: chain.fees, onLate: () => positions.nudge(), clock })
  const services = createServiceCache({
    readService: chain.readService,
    onLate: () => positions.nudge(),
    clock,
    logger,
  })
  const keeper = createKeeper({
    reserved: locks.reserved,
    minLockedBalance,
    minTransfer: rules.minTransfer,
    inFlight: () => lane?.inFlight() ?? [],
    spending: {
      budget: toBudget(options.budget),
      payments: () => lane?.payments() ?? [],
      paidIn: bySubAccount((from, to) => lane?.paidIn(from, to) ?? new Map()),
    },
    services,
    providerFees: chain.signMessage
      ? createProviderFees({
          wallet,
          sign: chain.signMessage,
          services,
          allowLoopback: !Object.values(networks).some(({ chainId }) => BigInt(chainId) === chain.chainId),
          clock,
        })
      : null,
    readSettlements: chain.readSettlements,
    gasReserve: ({ subAccounts }) => (gas.price ?? 0n) * exitGas(subAccounts.length),
    gasPrice: () => gas.price,
    claims: { ofAll: autoClaim, failureOf: out.failureOf },
    async topUp(request, signal) {
      // Approved a while after it was decided on, it is sent only where a new reading still wants that much.
      if (keeper.decisionOf(request)?.action !== 'top-up')
        checkWanted(request, keeper.plan(await positions.fresh(signal)))
      if (locks.isTaken(request) || positions.isOvertaken(keeper.latest()?.block.number ?? 0))
        throw new OvertakenError('Another transaction overtook the top-up.', { provider: request.provider })
      // It counts from now on: an approval may have taken its time.
      const decidedAt = Math.max(request.decidedAt, keeper.latest()?.block.timestamp ?? 0)
      const pendingRefund = keeper.decisionOf(request)?.pendingRefund ?? 0n
      const intent = transferIntent(request, BigInt(request.amount), rules, { decidedAt, pendingRefund })
      const { transactionHash, blockNumber } = await submit(intent, { signal, background: true })
      return { transactionHash, blockNumber }
    },
    inspected,
    clock,
    blockClock,
    logger,
  })

  const subAccounts = createSubAccountActors(keeper.requiredOf, inspected)
  const ledgerActor = createLedgerActor(wallet, inspected)
  const plans = createPlans<Plan>()

  const positions = createPositions({
    read: chain.readPosition,
    intervalMs,
    blockTimeMs: chain.blockTimeMs,
    onBlock: chain.onBlock,
    notBefore: chain.head,
    async prepare(position) {
      await Promise.all([
        keeper.refreshServices(),
        keeper.refreshFees(position),
        (lane || wantsBurn) && gas.refresh(),
        lane?.confirm(position.block.number),
        wantsBurn && withTimeout(HISTORY_GRACE_MS, () => keeper.learn(position), clock).catch(() => undefined),
      ])
      await keeper.refreshNewcomers()
    },
    accept(position) {
      blockClock.see(position.block)
      keeper.see(position)
      out.calendar.see(position)
      subAccounts.fold(position)
      ledgerActor.fold(position, closing.stepAt(position))
      closing.advance(position)
      const plan = keeper.plan(position)
      keeper.act(plan)
      out.act(plan)
      plans.next(plan)
    },
    onFailure() {
      const last = keeper.latest()
      if (last) plans.next(keeper.plan(last.position, { isStale: true }))
    },
    clock,
    logger,
  })

  const autoFunding = createAutoFunding({
    keeper,
    positions,
    intervalMs,
    requireSending() {
      requireSending()
      closing.refuse('startAutoFunding')
      wantBurn()
    },
  })

  const closing = createClosing({
    wallet,
    rules,
    lane,
    requireSending,
    positions,
    onBegin: autoFunding.stopAll,
    clock,
    blockClock,
    logger,
  })

  const shared = { wallet, rules, read: positions.fresh }
  const service = (serviceType: ServiceType): ServiceManager =>
    new ServiceManager({
      ...shared,
      serviceType,
      minLockedBalance,
      clock,
      logger,
      submit: (intent, signal) => submit(intent, { signal }),
      inFlightFromLedger: () => fromLedger(lane?.inFlight() ?? []),
      exclusive: locks.exclusive,
      refuseWhileClosing: (operation) => closing.refuse(operation),
      autoFunding,
    })

  const broker: Broker = {
    wallet,
    network: chain.network,
    genesis: chain.genesis,
    minLockedBalance,
    rules,
    ledger: new LedgerManager({
      ...shared,
      listLedgers: chain.listLedgers,
      // What is moved by hand waits for a claim to be whole: else it would count as a part of it.
      submit: (intent, how) => locks.after(intent.touches, () => submit(intent, how)),
      isKept: (id) => keeper.all().some((one) => keyOf(one.id) === keyOf(id)),
      out,
      actor: ledgerActor.actor,
      closing,
      async closingPlanAt(position) {
        await gas.ask()
        return closingPlanOf(position, rules, gas.price ?? 0n)
      },
    }),
    inference: service('inference'),
    fineTuning: service('fine-tuning'),
    positions$: positions.positions$,
    plan$: plans.follow(positions.positions$, wantBurn),
    position: () => positions.fresh(),
    async plan(how) {
      wantBurn()
      const position = await positions.fresh()
      await Promise.all([keeper.learn(position), gas.ask()])
      return keeper.plan(position, how)
    },
    planAt(position, how) {
      wantBurn()
      return keeper.plan(position, how)
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
      subAccounts.get(toAddress(provider, 'provider'), resolveService(serviceType, rules).serviceType),
    subAccounts: subAccounts.all,
    transactions: () => lane?.transactions() ?? [],
    transactions$: transactions.messages$,
    inspections$: inspections.messages$,
    async resolveIntent(id, outcome) {
      await requireLane().resolve(id, outcome)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
  signal?.addEventListener('abort', abort)
  // What an earlier process left open is taken up first. Without its journal the broker reads, and refuses to send.
  await lane?.open().catch((error: unknown) => logger.error({ err: error }, 'nothing can be sent'))
  // It may have been aborted at any moment since it was asked for.
  if (signal?.aborted) {
    await close()
    throw new AbortedError('The broker was aborted before it was open.')
  }
  return broker

  function wantBurn(): void {
    wantsBurn = true
  }

  async function submit(intent: Intent, options?: SubmitOptions): Promise<Receipt> {
    const lane = requireLane()
    // Only the journal knows whether somebody wants the ledger closed.
    if (lane.refusal()) await lane.open()
    if (intent.call.method === 'transferFund') closing.refuse('transferFund')
    return lane.submit(intent, options)
  }

  function requireSending() {
    if (closed) throw new AbortedError('The broker is closed.')
    const lane = requireLane()
    const refusal = lane.refusal()
    if (refusal) throw refusal
    return lane
  }

  function requireLane() {
    if (lane) return lane
    throw new ReadOnlyError(wallet)
  }

  function abort(): void {
    close().catch((error: unknown) => logger.error({ err: error }, 'closing failed'))
  }

  /** Whoever asks again waits for the same end. */
  function close(): Promise<void> {
    return (shutting ??= shut())
  }

  async function shut(): Promise<void> {
    closed = true
    signal?.removeEventListener('abort', abort)
    autoFunding.close()
    closing.stop()
    positions.close()
    plans.close()
    transactions.close()
    subAccounts.stop()
    ledgerActor.stop()
    await lane?.close()
    inspections.close()
  }
}
