import type { InspectionEvent } from 'xstate'
import type { BlockClock } from '../base/block-clock.ts'
import type { Clock } from '../base/clock.ts'
import { type Inspection, createInspection } from '../base/inspection.ts'
import { createListeners } from '../base/listeners.ts'
import type { Lazy } from '../base/lazy.ts'
import type { Logger } from '../base/logger.ts'
import type { Room } from '../base/room.ts'
import type { Connected } from '../chain/connect.ts'
import type { BrokerEvent } from '../events/event.types.ts'
import { createBurnRates, type BurnRates, type BurnRatesOptions } from '../funding/burn-rates.ts'
import { createChargeHistory, type ChargeHistory } from '../funding/charge-history.ts'
import type { Funding, FundingOptions } from '../funding/funding.ts'
import { createWatching } from '../funding/watching.ts'
import { createGasPrice } from '../funding/gas-price.ts'
import type { ClosingGate } from '../closing/gate.ts'
import { LedgerLife } from '../lifecycle/ledger-actor.ts'
import { SubAccountActors } from '../lifecycle/sub-account-actors.ts'
import { noServices } from '../provider/no-services.ts'
import type { ServiceCache, ServiceCacheOptions } from '../provider/service-cache.ts'
import type { Positions, PositionsOptions } from '../streams/positions.ts'
import type { AccountLocks } from '../transactions/account-locks.ts'
import { MOST_FEE_PER_GAS } from '../transactions/fee-cap.policy.ts'
import type { Lane } from '../transactions/lane.types.ts'
import { noLocks } from '../transactions/no-locks.ts'
import type { TransactionActor } from '../transactions/tracked-transaction.ts'
import type { EngineOptions } from './engine-options.ts'
import type { ProviderAccess, ProviderAccessOptions } from './provider-access.ts'
import { createReports, type Reports, type ReportsOptions } from './reports.ts'
import { rooms } from './rooms.ts'
import { sendingPart } from './sending-part.ts'
import type { LaneParts } from './sending.ts'

/** The wallet's lane, and the locks of its sub-accounts. Without a signer there is no lane, and nothing to lock. */
export function laneOn(options: EngineOptions, parts: LaneParts): { lane: Lane | null; locks: AccountLocks } {
  return options.sending?.laneOn(options, parts, options.sending) ?? { lane: null, locks: noLocks }
}

/** How fast sub-accounts are charged, by readings and by logs. */
export function chargesOn(
  { readSettlements }: Connected,
  { clock, logger, ...heard }: BurnRatesOptions & { clock: Clock; logger: Logger },
): { burns: BurnRates; charges: ChargeHistory } {
  const burns = createBurnRates(heard)
  return { burns, charges: createChargeHistory({ burns, readSettlements, clock, logger }) }
}

/** Auto-funding; without a signer each start is refused. */
export function fundingOn(options: EngineOptions, reports: Reports, parts: Omit<FundingOptions, 'pay'>): Funding {
  const { sending } = options
  if (!sending) return createWatching({ room: rooms.planning, ...parts })
  const { journal } = sending
  return sending.createFunding({ pay: (paid) => sending.payingOn(options, paid, { journal, reports }), ...parts })
}

/** The checks of dry runs, which come with the planner. */
export function planningOn({ sending }: EngineOptions): Room<PlanningRoom> {
  return sending ? { now: sending, load: () => Promise.resolve(sending) } : rooms.planning
}

type PlanningRoom = Pick<typeof import('./planning.ts'), 'toDryRun' | 'longestIdleness'>

/** What providers offer; without a signer none is paid, so none is asked. */
export function servicesOn({ sending }: EngineOptions, options: ServiceCacheOptions): ServiceCache {
  return sending?.createServiceCache(options) ?? noServices
}

/** What the broker asks of providers over HTTP; without a signer its use throws. */
export function accessOn({ chain, sending }: EngineOptions, options: ProviderAccessOptions): Lazy<ProviderAccess> {
  return sendingPart({ sending, wallet: chain.wallet }, (room) => room.createProviderAccess(chain, options))
}

/** What hears of each block that is accepted, also of one that changes nothing: a common budget dates payments by it. */
export function blockClockOn({ shared }: EngineOptions, blockClock: BlockClock): Pick<BlockClock, 'see'> {
  const budget = shared?.budget
  if (!budget) return blockClock
  return {
    see(block) {
      blockClock.see(block)
      budget.see(block.timestamp)
    },
  }
}

/** The stream of the wallet's positions. Its options are named: a copy of all that they are taken from would stay with each wallet. */
export function positionsOn(
  { chain, shared, streams, intervalMs, logger }: EngineOptions,
  parts: Pick<PositionsOptions, 'clock' | 'known' | 'prepare' | 'accept' | 'onFailure' | 'onNudge' | 'onReading'>,
): Positions {
  return streams.createPositions({
    read: chain.readPosition,
    look: chain.look,
    intervalMs,
    phaseMs: shared?.phaseMs,
    blockTimeMs: chain.blockTimeMs,
    onBlock: chain.onBlock,
    socket: chain.socket,
    notBefore: chain.head,
    time: shared?.time,
    timestampOf: chain.timestampOf,
    logger,
    ...parts,
  })
}

/** Recognises readings that change nothing, for a fleet that does not plan them anew; null where each reading is planned. */
export function quietOn(
  { shared }: EngineOptions,
  { funding, gate, locks, lane }: { funding: Funding; gate: ClosingGate; locks: AccountLocks; lane: Lane | null },
) {
  if (!shared?.createQuiet) return null
  const isBusy = () => gate.isClosing() || locks.reserved.size > 0 || lane?.isQuiet() === false
  return shared.createQuiet({ accounts: funding.accounts, isBusy })
}

/** The actors of ledger and sub-accounts, and how a later inspector finds all that run. */
export function lifecyclesOn(
  { inspected, include }: Inspection,
  { wallet, funding, lane }: { wallet: string; funding: Funding; lane: Lane | null },
) {
  const subAccounts = new SubAccountActors(funding.planner.requiredOf, inspected)
  const ledger = new LedgerLife(wallet, inspected)
  include(() => [ledger.actor, ...subAccounts.all(), ...funding.autoFunding.all().map(({ chart }) => chart.actor)])
  include(() => [funding.ledger.made?.autoDeposit.actor() ?? []].flat())
  include(() => lane?.transactions() ?? [])
  return { subAccounts, ledger }
}

/** What subscribers of transactions, events and inspections receive. */
export function topicsOn(streams: EngineOptions['streams'], { inspect: own, shared, logger }: EngineOptions) {
  const inspected = createListeners<InspectionEvent>()
  const inspection = createInspection({ own, others: (event) => inspected.emit(event), logger })
  const inspections = streams.createTopic<InspectionEvent>(inspection.begin)
  inspected.add((event) => inspections.next(event))
  const eventsTopic = streams.createTopic<BrokerEvent>()
  const onEvent = (event: BrokerEvent): void => {
    eventsTopic.next(event)
    shared?.onEvent(event)
  }
  return { transactions: streams.createTopic<TransactionActor>(), eventsTopic, onEvent, inspection, inspections }
}

/** Where the caller sets no ceiling, the lane's absolute one holds. */
export function gasPriceOn(
  { fees }: Connected,
  { ceiling = MOST_FEE_PER_GAS, ...rest }: { ceiling: bigint | undefined; onLate: () => void; clock: Clock },
) {
  return createGasPrice({ fees, ceiling, ...rest })
}

/** What a broker tells of its work: spans only for the tracer of an app, and what is sent only with a signer. */
export function reportsOn(
  { chain: { chainId }, sending, tracer, createTraces, logEvent }: EngineOptions,
  parts: Omit<ReportsOptions, 'chainId' | 'traces' | 'createSendingWatch' | 'createPaymentCounts' | 'logEvent'>,
): Reports {
  const traces = (tracer && createTraces?.(tracer, { ...parts, chainId, now: parts.clock.now })) ?? null
  const { createSendingWatch = null, createPaymentCounts = null } = sending ?? {}
  return createReports({ ...parts, chainId, traces, logEvent, createSendingWatch, createPaymentCounts })
}
