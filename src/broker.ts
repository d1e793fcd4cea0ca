import type { Observable } from 'rxjs'
import type { Position, ServiceType } from '../machines/position.types.ts'
import { checkIntervalMs, toBudget, type Budget } from './auto-funding-config.ts'
import { toAddress } from './chain/address.ts'
import { connectChain, type Connection } from './chain/connect.ts'
import { DEFAULT_MIN_LOCKED_BALANCE, networks, type NetworkConfig, type NetworkName } from './chain/networks.ts'
import type { Rules } from './chain/port.ts'
import { AbortedError, BudgetExhaustedError, InvalidInputError, NotSentError } from './errors.ts'
import type { Inspect } from './inspect.ts'
import { exitGas, forecastOf, type Forecast } from './forecast.ts'
import { createGasPrice } from './gas-price.ts'
import { createProviderFees } from './provider-fees.ts'
import { createKeeper, type Plan, type PlanOptions } from './keeper.ts'
import { LedgerManager } from './ledger-manager.ts'
import { silent, type Logger } from './logger.ts'
import { transferIntent } from './intents.ts'
import { ServiceManager } from './service-manager.ts'
import { resolveService } from './services.ts'
import type { PositionStream } from './streams/positions.ts'
import { keyOf, type SubAccountId } from './sub-account-id.ts'
import { createSubAccounts, type SubAccountActor } from './sub-accounts.ts'
import type { Intent, Receipt } from './transactions/intent.ts'
import { defaultJournal } from './transactions/default-journal.ts'
import type { TransactionActor } from './transactions/entry.ts'
import type { Journal } from './transactions/journal.ts'
import { createLane, type SubmitOptions } from './transactions/lane.ts'

const DEFAULT_INTERVAL_MS = 30_000

export type BrokerOptions = Connection & {
  /** The deployment; by the chain's id where left out. */
  network?: NetworkName | NetworkConfig
  /** How often the position is read while anybody looks: 30 000 by default, from 100. */
  intervalMs?: number
  /** Where transactions in flight are recorded: in Node a file in the user's state directory, in browsers memory. */
  journal?: Journal
  /** The most that a unit of gas may cost, in wei; a transaction waits while the chain asks for more. */
  maxFeePerGas?: bigint
  /** At most this much for all providers together in a rolling window; it holds across restarts. */
  budget?: Budget
  /** Hears what happens; nothing is printed without one. */
  logger?: Logger
  /** XState's inspector for every actor. */
  inspect?: Inspect
  /** Closes the broker when it aborts. */
  signal?: AbortSignal
}

/** One wallet's ledger and sub-accounts: the account API, auto-funding, and everything observable about them. */
export type Broker = {
  readonly wallet: string
  readonly network: NetworkConfig
  /** What providers want to see locked, in wei, unless auto-funding is told otherwise. */
  readonly minLockedBalance: bigint
  /** What the deployment demands: minimums, limits, lock times and registered names. */
  readonly rules: Rules
  readonly ledger: LedgerManager
  readonly inference: ServiceManager
  readonly fineTuning: ServiceManager
  /** Positions as they are read, while anybody subscribes; `status` says how the reading goes. */
  readonly positions$: PositionStream
  /** What is to be done at each position, and why nothing is. */
  readonly plan$: Observable<Plan>
  /** Reads the position now. */
  position(): Promise<Position>
  /** Reads the position now and says what would be done, without doing it. */
  plan(options?: Pick<PlanOptions, 'dryRun'>): Promise<Plan>
  /** The same for a position that was read. */
  planAt(position: Position, options?: Pick<PlanOptions, 'dryRun'>): Plan
  /** When ledger, gas and each sub-account run dry at the present burn, and what to deposit. */
  forecast(): Promise<Forecast>
  /** The lifecycle actor of one sub-account. */
  subAccount(provider: string, serviceType: string): SubAccountActor
  /** The lifecycle actors of every sub-account seen so far. */
  subAccounts(): SubAccountActor[]
  /** Every transaction of this broker and what its journal remembers, oldest first. */
  transactions(): readonly TransactionActor[]
  /** Each transaction when it begins, and whenever it changes. */
  readonly transactions$: Observable<TransactionActor>
  /**
   * Says what became of an intent whose wallet never told: its hash, or that it was not sent. Until then its
   * sub-account is held (`unresolved-intent`).
   */
  resolveIntent(id: string, outcome: 'not-sent' | { hash: string }): Promise<void>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

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
  const { network, intervalMs = DEFAULT_INTERVAL_MS, logger = silent, inspect, signal } = options
  checkIntervalMs(intervalMs)
  if (signal?.aborted) throw new AbortedError('The broker was aborted before it was open.')
  // rxjs takes as long to load as all the rest; who only converts amounts does not wait for it.
  const [chain, { createPositions, createPlans, createTopic }] = await Promise.all([
    connectChain(options, network),
    import('./streams/streams.ts'),
  ])
  const { rules, wallet } = chain
  const minLockedBalance = chain.network.minLockedBalance ?? DEFAULT_MIN_LOCKED_BALANCE
  const transactions = createTopic<TransactionActor>()
  /** Sub-accounts that ensureFunded is deciding about, and who waits for them. */
  const reserved = new Set<string>()
  const turns = new Map<string, Promise<void>>()
  let closed = false
  let closing: Promise<void> | null = null

  const lane =
    chain.transactions &&
    createLane({
      port: chain.transactions,
      journal:
        options.journal ?? (await defaultJournal({ chainId: chain.chainId, wallet, genesis: chain.genesis, logger })),
      blockTimeMs: chain.blockTimeMs,
      onMined(blockNumber) {
        positions.notBefore(blockNumber)
        positions.nudge()
      },
      onChange: (actor) => transactions.next(actor),
      maxFeePerGas: options.maxFeePerGas ?? null,
      logger,
      inspect,
    })

  const gas = createGasPrice(chain.transactions)
  const keeper = createKeeper({
    reserved,
    minLockedBalance,
    minTransfer: rules.minTransfer,
    inFlight: () => lane?.inFlight() ?? [],
    spending: {
      budget: toBudget(options.budget),
      payments: () => lane?.payments() ?? [],
      paidIn: (key, from, to) => lane?.paidIn((id) => keyOf(id) === key, from, to) ?? 0n,
    },
    providerFees: chain.signMessage
      ? createProviderFees({
          wallet,
          sign: chain.signMessage,
          readService: chain.readService,
          allowLoopback: !Object.values(networks).some(({ chainId }) => BigInt(chainId) === chain.chainId),
        })
      : null,
    gasReserve: ({ subAccounts }) => gas.price * exitGas(subAccounts.length),
    async topUp(request, signal) {
      // Approved long after it was decided, it would come on top of what was sent meanwhile.
      if (isTaken(request) || positions.isOvertaken(keeper.latest()?.block.number ?? 0))
        throw new NotSentError(
          'Another transaction overtook the top-up.',
          { provider: request.provider },
          { retryable: true },
        )
      // It counts from now on, and the budget is asked once more: an approval may have taken its time.
      const amount = BigInt(request.amount)
      const now = Math.max(request.decidedAt, keeper.latest()?.block.timestamp ?? 0)
      const { own, common } = keeper.limitsOf(request, now)
      if ([own.budgetLeft, common].some((left) => left !== null && left < amount))
        throw new BudgetExhaustedError('The budget of this window went elsewhere.', { provider: request.provider })
      const intent = transferIntent(request, amount, rules, now)
      const { transactionHash, blockNumber } = await submit(intent, { signal, background: true })
      return { transactionHash, blockNumber }
    },
    inspect,
    logger,
  })

  const subAccounts = createSubAccounts(keeper.requiredOf, inspect)
  const plans = createPlans<Plan>()

  const positions = createPositions({
    read: chain.readPosition,
    intervalMs,
    blockTimeMs: chain.blockTimeMs,
    onBlock: chain.onBlock,
    notBefore: chain.head,
    async prepare(position) {
      await Promise.all([keeper.refreshFees(), gas.refresh(), lane?.confirm(position.block.number)])
    },
    accept(position) {
      keeper.see(position)
      subAccounts.fold(position)
      const plan = keeper.plan(position)
      keeper.act(plan)
      plans.next(plan)
    },
    onFailure() {
      const last = keeper.latest()
      if (last) plans.next(keeper.plan(last.position, { isStale: true }))
    },
    logger,
  })

  /** Auto-funding looks at the position for as long as it is on for anybody. */
  let watching: { unsubscribe(): void } | null = null
  const autoFunding = {
    ...keeper,
    start(...args: Parameters<typeof keeper.start>) {
      if (closed) throw new AbortedError('The broker is closed.')
      const refusal = requireLane().refusal()
      if (refusal) throw refusal
      // No surprise wallet pop-ups.
      if ('document' in globalThis && args[1].approve === null)
        throw new InvalidInputError('In a browser auto-funding asks before each top-up.', {
          provider: args[0].provider,
          do: 'pass approve: a function that asks the person at the page',
        })
      const actor = keeper.start(...args)
      adjust()
      return actor
    },
    stop(id: SubAccountId) {
      keeper.stop(id)
      adjust()
    },
    pause(id: SubAccountId, paused: boolean) {
      keeper.pause(id, paused)
      positions.nudge()
    },
  }

  const shared = { wallet, rules, read: positions.fresh }
  const service = (serviceType: ServiceType): ServiceManager =>
    new ServiceManager({
      ...shared,
      serviceType,
      minLockedBalance,
      logger,
      submit: (intent, signal) => submit(intent, { signal }),
      exclusive,
      autoFunding,
    })

  const broker: Broker = {
    wallet,
    network: chain.network,
    minLockedBalance,
    rules,
    ledger: new LedgerManager({ ...shared, listLedgers: chain.listLedgers, submit, onClosing: stopAll, intervalMs }),
    inference: service('inference'),
    fineTuning: service('fine-tuning'),
    positions$: positions.positions$,
    plan$: plans.follow(positions.positions$),
    position: () => positions.fresh(),
    async plan(how) {
      return keeper.plan(await positions.fresh(), how)
    },
    planAt: keeper.plan,
    async forecast() {
      return forecastOf(await broker.plan({ dryRun: true }), gas.price)
    },
    subAccount: (provider, serviceType) =>
      subAccounts.get(toAddress(provider, 'provider'), resolveService(serviceType, rules).serviceType),
    subAccounts: subAccounts.all,
    transactions: () => lane?.transactions() ?? [],
    transactions$: transactions.messages$,
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

  function stopAll(): void {
    for (const { id } of keeper.all()) autoFunding.stop(id)
  }

  function submit(intent: Intent, options?: SubmitOptions): Promise<Receipt> {
    return requireLane().submit(intent, options)
  }

  function requireLane() {
    if (lane) return lane
    throw new NotSentError('This broker is read-only.', { wallet, do: 'create it with a signer to send transactions' })
  }

  function adjust(): void {
    if (keeper.all().length === 0) {
      watching?.unsubscribe()
      watching = null
      positions.setIntervalMs(intervalMs)
      return
    }
    positions.nudge()
    positions.setIntervalMs(Math.min(intervalMs, keeper.intervalMs() ?? intervalMs))
    watching ??= positions.positions$.subscribe()
  }

  /** Somebody else is paying it, or deciding to. */
  function isTaken(id: SubAccountId): boolean {
    const key = keyOf(id)
    return reserved.has(key) || (lane?.inFlight() ?? []).some(({ intent }) => isAbout(intent, key))
  }

  async function exclusive<T>(id: SubAccountId, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const key = keyOf(id)
    const before = turns.get(key) ?? Promise.resolve()
    const mine = before.then(async () => {
      reserved.add(key)
      await lane?.idle((intent) => isAbout(intent, key), signal)
      return work()
    })
    const over = mine.then(
      () => undefined,
      () => undefined,
    )
    turns.set(key, over)
    try {
      return await mine
    } finally {
      if (turns.get(key) === over) {
        turns.delete(key)
        reserved.delete(key)
      }
    }
  }

  function abort(): void {
    close().catch((error: unknown) => logger.error({ err: error }, 'closing failed'))
  }

  /** Whoever asks again waits for the same end. */
  function close(): Promise<void> {
    return (closing ??= shut())
  }

  async function shut(): Promise<void> {
    closed = true
    signal?.removeEventListener('abort', abort)
    watching?.unsubscribe()
    positions.close()
    plans.close()
    transactions.close()
    keeper.close()
    subAccounts.stop()
    await lane?.close()
  }
}

const isAbout = ({ touches }: Intent, key: string): boolean => touches.some((one) => keyOf(one) === key)
