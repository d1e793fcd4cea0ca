import {
  AbortedError,
  InvalidInputError,
  type Broker,
  type BrokerEvent,
  type Journal,
  type NetworkConfig,
  type Plan,
} from '../index.ts'
import { steadyClock, systemClock, type Clock } from '../base/clock.ts'
import type { InMs } from '../base/durations.ts'
import { createSharedTime } from '../base/known-block.ts'
import { createListeners } from '../base/listeners.ts'
import { safeLogger } from '../base/logger.ts'
import { withTimeout } from '../base/timeout.ts'
import { closeUnused, openBroker } from '../broker.ts'
import type { SharedOptions } from '../engine/open-options.ts'
import { toAddress } from '../chain/address.ts'
import type { Connected } from '../chain/connect.ts'
import { createCommonBudget } from '../funding/common-budget.ts'
import { toBudget } from '../funding/config/budget.ts'
import { createQuiet } from '../funding/quiet.ts'
import { createSharedBudget } from '../funding/shared-budget.ts'
import { createClaims } from './claims.ts'
import { checkPolicy } from './fleet-options.ts'
import type { Fleet, FleetOptions, WalletPolicy } from './fleet.types.ts'
import { phaseOf } from './phases.ts'
import { createSeat, type Seat } from './seat.ts'

const DEFAULT_INTERVAL_MS = 30_000
const DEFAULT_BUDGET = 'fleet'
/** A broker that hangs keeps its lease from other machines, and the process from its end, no longer than this. */
const CLOSING_MS = 10_000

/** The chain of a fleet: connected once, for all its wallets. */
export type FleetChain = {
  network: NetworkConfig
  chainId: bigint
  genesis: string | undefined
  /** Puts a wallet on it. @throws InvalidInputError for a key that does not fit */
  connect(wallet: string): Promise<Connected>
  clock?: Clock
}

export type OpenFleetOptions = Omit<InMs<FleetOptions>, 'provider' | 'network' | 'signerFor'>

/** A fleet on a chain that is connected, or was made for it. */
export async function openFleet(chain: FleetChain, options: OpenFleetOptions): Promise<Fleet> {
  const { capacity = Infinity, intervalMs = DEFAULT_INTERVAL_MS, signal } = options
  const logger = safeLogger(options.logger)
  const { clock = systemClock } = chain
  const wallets = options.wallets.map((wallet) => toAddress(wallet, 'wallet'))
  if (new Set(wallets).size < wallets.length) throw new InvalidInputError('A wallet is in the list twice.', {})
  const streams = await import('../streams/streams.ts')
  const plans = streams.createTopic<Plan>()
  const events = streams.createTopic<BrokerEvent>()
  const { leases, budget } = budgeted(options, chain)
  const time = createSharedTime(steadyClock(clock))
  const seats = new Map<string, Seat>()
  const onClose = createListeners()
  let leasesLost = 0
  let closing: Promise<void> | null = null
  const claims = leases
    ? createClaims({ leases, ...chain, capacity, seats: () => [...seats.values()], clock, logger })
    : null

  const fleet: Fleet = {
    network: chain.network,
    wallets: () => [...seats.values()].map((seat) => seat.view()),
    broker: (wallet) => seats.get(toAddress(wallet, 'wallet'))?.broker() ?? null,
    brokers: () => [...seats.values()].flatMap((seat) => seat.broker() ?? []),
    plan$: plans.messages$,
    events$: events.messages$,
    leasesLost: () => leasesLost,
    async add(wallet) {
      if (closing) throw new AbortedError('The fleet is closed.')
      const address = toAddress(wallet, 'wallet')
      if (seats.has(address)) throw new InvalidInputError('The fleet has this wallet already.', { wallet: address })
      const seat = seatOf(address)
      seats.set(address, seat)
      if (!claims) await seat.open()
    },
    async remove(wallet) {
      const address = toAddress(wallet, 'wallet')
      const seat = seats.get(address)
      seats.delete(address)
      await seat?.close()
    },
    close,
    [Symbol.asyncDispose]: close,
  }

  const abort = (): void => void close().catch((error: unknown) => logger.error({ err: error }, 'closing failed'))
  signal?.addEventListener('abort', abort)
  onClose.add(() => signal?.removeEventListener('abort', abort))
  await Promise.all(wallets.map((wallet) => fleet.add(wallet)))
  await claims?.start()
  if (signal?.aborted) {
    await close()
    throw new AbortedError('The fleet was aborted before it was open.')
  }
  return fleet

  function close(): Promise<void> {
    return (closing ??= closeAll())
  }

  async function closeAll(): Promise<void> {
    onClose.emit()
    const over = Promise.all([claims?.stop(), ...[...seats.values()].map((seat) => seat.close())])
    try {
      await withTimeout(CLOSING_MS, () => over, clock)
    } catch (error) {
      const open = [...seats.values()].map((seat) => seat.view()).filter(({ state }) => state === 'closing')
      logger.warn(
        { err: error, wallets: open.map(({ wallet }) => wallet) },
        'brokers hang while they close; they are left',
      )
    }
    await leases?.close()
    plans.close()
    events.close()
  }

  function seatOf(wallet: string): Seat {
    const at = seats.size
    const shared: SharedOptions = {
      phaseMs: () => phaseOf(at, { count: seats.size, intervalMs }),
      budget,
      time,
      createQuiet,
      onPlan: (plan) => plans.next(plan),
      onEvent: (event) => events.next(event),
    }
    return createSeat({
      wallet,
      policyFor: options.policyFor ?? (() => ({})),
      openBroker: (policy, how) => brokerOf(wallet, { ...how, policy, shared }),
      // The broker's event says why.
      onLost: () => void (leasesLost += 1),
      isLeased: leases !== undefined,
      clock,
      logger,
    })
  }

  async function brokerOf(wallet: string, { policy, journal, signal, shared }: BrokerParts): Promise<Broker> {
    checkPolicy(policy)
    const own = journal ?? (await options.journalFor?.(wallet))
    const { autoFunding, autoDeposit, ...brokerOptions } = policy
    const open = () =>
      openBroker(chain.connect(wallet), {
        ...brokerOptions,
        orders: { autoFunding, autoDeposit },
        ...(own && { journal: own }),
        ...(options.signerTimeoutMs !== undefined && { signerTimeoutMs: options.signerTimeoutMs }),
        intervalMs,
        logger,
        clock,
        shared,
        signal,
      })
    try {
      return await (shared.budget ? shared.budget.whileOpening(wallet, open) : open())
    } catch (error) {
      // The next try asks for another one. A claim hands its own back, and an aborted opening has closed it.
      if (own && !journal && !signal.aborted)
        await closeUnused(own).catch((late: unknown) => logger.warn({ err: late, wallet }, 'a journal was not closed'))
      throw error
    }
  }
}

/** The budget of all wallets: of all machines where the store of the leases keeps it. */
function budgeted({ leases, budget: options }: OpenFleetOptions, { chainId }: FleetChain) {
  const budget = toBudget(options && { amount: options.amount, per: options.per })
  if (!budget) return { leases }
  const common = leases?.withBudget?.({ chainId, name: options?.name ?? DEFAULT_BUDGET, ...budget })
  return common
    ? { leases: common, budget: createCommonBudget(common) }
    : { leases, budget: createSharedBudget(budget) }
}

type BrokerParts = { policy: WalletPolicy; journal: Journal | undefined; signal: AbortSignal; shared: SharedOptions }
