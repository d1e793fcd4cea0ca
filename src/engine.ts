import type { Observable } from 'rxjs'
import type { AnyActorRef, InspectionEvent } from 'xstate'
import type { Position } from '../machines/position.types.ts'
import { createBlockClock, type BlockClock } from './base/block-clock.ts'
import type { Clock } from './base/clock.ts'
import { AbortedError, readOnlyError } from './base/errors.ts'
import { createInspection, type Inspect, type Inspected } from './base/inspection.ts'
import type { Logger } from './base/logger.ts'
import { createSlot, type Slot } from './base/slot.ts'
import type { Connected } from './chain/connect.ts'
import { networks } from './chain/networks.ts'
import type { Rules } from './chain/port.ts'
import { createClosing } from './closing/closing.ts'
import { createCycle, type Cycle } from './cycle.ts'
import { toBudget, type Budget } from './funding/config.ts'
import type { FundedAccounts } from './funding/funded-accounts.ts'
import { createFunding, type Funding } from './funding/funding.ts'
import { createGasPrice, type GasPrice } from './funding/gas-price.ts'
import type { Plan } from './funding/planner.ts'
import { createLedgerLifecycle, type LedgerActor } from './lifecycle/ledger-actor.ts'
import { createSubAccountActors, type SubAccountActors } from './lifecycle/sub-account-actors.ts'
import type { LedgerClosing } from './ledger-manager.ts'
import { createServiceCache, type ServiceCache } from './provider/service-cache.ts'
import { createSessionTokens } from './provider/session-token.ts'
import { createProviderFees } from './provider/unsettled-fee.ts'
import { createMoneyOut, type MoneyOut } from './refunds/money-out.ts'
import type { PositionStream } from './streams/positions.ts'
import { createAccountLocks, type AccountLocks } from './transactions/account-locks.ts'
import type { Intent, Receipt } from './transactions/intent.ts'
import type { Journal } from './transactions/journal.types.ts'
import { createLane, type Lane, type SubmitOptions } from './transactions/lane.ts'
import type { TransactionActor } from './transactions/tracked-transaction.ts'

/** rxjs takes as long to load as all the rest, so its folder is loaded when a broker is made. */
export type Streams = typeof import('./streams/streams.ts')

export type EngineOptions = {
  chain: Connected
  streams: Streams
  /** Null for a read-only broker. */
  journal: Journal | null
  intervalMs: number
  minLockedBalance: bigint
  maxFeePerGas?: bigint | undefined
  budget?: Budget | undefined
  autoClaim?: boolean | undefined
  inspect?: Inspect | undefined
  clock: Clock
  logger: Logger
}

export type Engine = Pick<Funding, 'charges' | 'planner' | 'funded'> & {
  lane: Lane | null
  locks: AccountLocks
  positions: { positions$: PositionStream; fresh(signal?: AbortSignal): Promise<Position> }
  gas: GasPrice
  closing: LedgerClosing & { refuse(operation: string): void }
  moneyOut: MoneyOut
  ledgerActor: LedgerActor
  subAccounts: SubAccountActors
  plan$: Observable<Plan>
  transactions$: Observable<TransactionActor>
  inspections$: Observable<InspectionEvent>
  /** A caller looks at plans: from now on readings ask for what was charged before, and for the gas price. */
  wantOutlook(): void
  /** @throws NotSentError for a read-only broker */
  requireLane(): Lane
  submit(intent: Intent, options?: SubmitOptions): Promise<Receipt>
  close(): Promise<void>
}

/** What most parts are made with. */
type Base = {
  wallet: string
  rules: Rules
  inspected: Inspected
  clock: Clock
  blockClock: BlockClock
  logger: Logger
}

/** Parts that are called by others made before them: each has a slot, which is filled where the part is made. */
type Late = { cycle: Slot<Cycle>; moneyOut: Slot<MoneyOut>; funded: Slot<FundedAccounts> }

/** Wires the parts of a broker, each after those it is made with. */
export function createEngine(options: EngineOptions): Engine {
  const { chain, streams, intervalMs, clock, logger } = options
  const late: Late = {
    cycle: createSlot('cycle'),
    moneyOut: createSlot('way out'),
    funded: createSlot('list of funded accounts'),
  }
  const outlook = { isWanted: false }
  const wantOutlook = (): void => void (outlook.isWanted = true)
  const inspections = createInspections(streams, options.inspect)
  const blockClock = createBlockClock(clock)
  const { wallet, rules } = chain
  const base: Base = { wallet, rules, inspected: inspections.inspected, clock, blockClock, logger }
  const transactions = streams.createTopic<TransactionActor>()
  const plans = streams.createPlans<Plan>()
  const positions = streams.createPositions({
    read: chain.readPosition,
    intervalMs,
    blockTimeMs: chain.blockTimeMs,
    onBlock: chain.onBlock,
    notBefore: chain.head,
    prepare: (position) => late.cycle.get().prepare(position),
    accept: (position) => late.cycle.get().accept(position),
    onFailure: () => late.cycle.get().failed(),
    clock,
    logger,
  })
  const sending = createSending(options, { base, late, positions, onChange: transactions.next })
  const { lane, locks, closing, moneyOut, submit } = sending
  const gas = createGasPrice({ fees: chain.fees, onLate: positions.nudge, clock })
  const services = createServiceCache({ readService: chain.readService, onLate: positions.nudge, clock, logger })
  const { burns, charges, planner, dispatch, funded } = createFunding({
    ...base,
    minLockedBalance: options.minLockedBalance,
    minTransfer: rules.minTransfer,
    intervalMs,
    spending: { budget: toBudget(options.budget), payments: () => lane?.payments() ?? [] },
    inFlight: () => lane?.inFlight() ?? [],
    paidIn: (from, to) => lane?.paidIn(from, to) ?? new Map(),
    readSettlements: chain.readSettlements,
    claims: { ofAll: options.autoClaim ?? false, failureOf: moneyOut.failureOf },
    gas,
    services,
    providerFees: providerFeesOn(chain, services, clock),
    positions,
    locks,
    reserved: locks.reserved,
    submit,
    requireSending() {
      sending.requireOpenLane()
      closing.refuse('startAutoFunding')
      wantOutlook()
    },
  })
  late.funded.put(funded)
  const subAccounts = createSubAccountActors(planner.requiredOf, base.inspected)
  const ledger = createLedgerLifecycle(wallet, base.inspected)
  inspections.watch(
    () => [ledger.actor, ...subAccounts.all(), ...funded.all().map(({ actor }) => actor)],
    () => lane?.transactions() ?? [],
  )
  const { calendar } = moneyOut
  const reading = { lane, outlook, funded, services, gas, charges, blockClock, burns, calendar, subAccounts, ledger }
  late.cycle.put(createCycle({ ...reading, closing, planner, dispatch, autoClaims: moneyOut, plans }))

  return {
    lane,
    locks,
    positions,
    gas,
    charges,
    planner,
    funded,
    closing,
    moneyOut,
    ledgerActor: ledger.actor,
    subAccounts,
    plan$: plans.follow(positions.positions$, wantOutlook),
    transactions$: transactions.messages$,
    inspections$: inspections.messages$,
    wantOutlook,
    requireLane: sending.requireLane,
    submit,
    async close() {
      sending.refuse()
      funded.close()
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

type Positions = {
  positions$: PositionStream
  fresh(signal?: AbortSignal): Promise<Position>
  nudge(): void
  notBefore(block: number): void
}

type SendingParts = {
  base: Base
  late: Late
  positions: Positions
  onChange: (actor: TransactionActor) => void
}

/** The parts that send: the lane, and what closes the ledger or brings refunds home through it. */
function createSending(
  { chain, journal, maxFeePerGas }: EngineOptions,
  { base, late, positions, onChange }: SendingParts,
) {
  const lane =
    chain.transactions && journal
      ? createLane({
          ...base,
          port: chain.transactions,
          journal,
          blockTimeMs: chain.blockTimeMs,
          maxFeePerGas: maxFeePerGas ?? null,
          onOpen: () => late.moneyOut.get().resume(),
          onMined(blockNumber) {
            positions.notBefore(blockNumber)
            positions.nudge()
          },
          onChange,
        })
      : null
  const locks = createAccountLocks(lane)
  const closing = createClosing({
    ...base,
    lane,
    positions,
    requireSending: requireOpenLane,
    onBegin: () => late.funded.get().stopAll(),
  })
  const moneyOut = createMoneyOut({ ...base, lane, locks, read: positions.fresh, submit, closing })
  late.moneyOut.put(moneyOut)
  let isRefused = false

  return { lane, locks, closing, moneyOut, submit, requireLane, requireOpenLane, refuse: () => void (isRefused = true) }

  async function submit(intent: Intent, how?: SubmitOptions): Promise<Receipt> {
    const open = requireLane()
    // Only the journal tells whether the ledger is being closed, and it could not be opened so far.
    if (open.refusal()) await open.open()
    if (intent.call.method === 'transferFund') closing.refuse('transferFund')
    return open.submit(intent, how)
  }

  /** @throws AbortedError once the broker is closed, and what keeps the journal from being opened */
  function requireOpenLane(): Lane {
    if (isRefused) throw new AbortedError('The broker is closed.')
    const open = requireLane()
    const refusal = open.refusal()
    if (refusal) throw refusal
    return open
  }

  function requireLane(): Lane {
    if (lane) return lane
    throw readOnlyError(base.wallet)
  }
}

/** XState's inspection events of every actor: for the caller's inspector, and for subscribers that come later. */
function createInspections({ createTopic }: Streams, own: Inspect | undefined) {
  const sources: (() => Iterable<AnyActorRef>)[] = []
  const begin = createSlot<() => void>('inspection')
  const topic = createTopic<InspectionEvent>(() => begin.get()())
  const inspection = createInspection({ own, others: topic.next, actors: () => sources.flatMap((all) => [...all()]) })
  begin.put(inspection.begin)

  return {
    inspected: inspection.inspected,
    /** Actors that a later subscriber hears as well. */
    watch: (...more: (() => Iterable<AnyActorRef>)[]) => void sources.push(...more),
    messages$: topic.messages$,
    close: topic.close,
  }
}

/** Null where the wallet would have to ask a person for each signature. */
function providerFeesOn({ chainId, wallet, signMessage }: Connected, services: ServiceCache, clock: Clock) {
  if (!signMessage) return null
  const { tokenFor } = createSessionTokens({ wallet, sign: signMessage, now: clock.now })
  // A local chain's providers run on this machine; a provider of a live chain that names this machine is refused.
  const isLive = Object.values(networks).some((network) => BigInt(network.chainId) === chainId)
  return createProviderFees({ wallet, tokenFor, services, allowLoopback: !isLive, clock })
}
