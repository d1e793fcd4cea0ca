import { journals } from '#journals'
import { abortable } from './base/abortable.ts'
import type { InMs } from './base/durations.ts'
import { AbortedError, ReadOnlyError } from './base/errors.ts'
import { safeLogger, type Logger } from './base/logger.ts'
import { loadAhead } from './base/room.ts'
import { createRequestCounts } from './base/request-counts.ts'
import type { Broker, BrokerOptions } from './broker.types.ts'
import { type Connected, connectChain } from './chain/connect.ts'
import { approvalNeedOf, checkAutoClaim } from './funding/approval-need.ts'
import { checkIntervalMs } from './funding/config/checks.ts'
import { isLeased } from './transactions/is-leased.ts'
import type { Journal } from './transactions/journal.types.ts'
import { brokerOn } from './engine/public-broker.ts'
import { createEngine, type Engine } from './engine/engine.ts'
import type { OpenOptions, StandingOrders } from './engine/open-options.ts'
import { rooms } from './engine/rooms.ts'

const DEFAULT_INTERVAL_MS = 30_000

/** A broker on the chain of a checked connection. */
export function connectBroker(options: InMs<BrokerOptions>): Promise<Broker> {
  const requests = createRequestCounts()
  const { network, signerTimeoutMs, logger } = options
  // Beside the first requests to the node. Where it fails, the opening loads it again, and says so.
  if (options.signer) loadSending().catch(() => undefined)
  const how = { signerTimeoutMs, requests: requests.rpc, logger }
  return openBroker(connectChain(options, network, how), {
    ...options,
    requests,
    connectPayer: (signer) => connectChain({ signer }, network, how),
  })
}

/** All that calls of a broker with a signer need: none of them waits for code. */
async function loadSending() {
  const [sending] = await Promise.all([rooms.sending.load(), journals.load()])
  return sending
}

/** The room that sends, with the journal of this wallet; null without a signer. */
async function sendingOn(chain: Connected, { journal: given, logger }: OpenOptions & { logger: Logger }) {
  const { transactions: port } = chain
  if (!port) return null
  const room = await loadSending()
  const { journal, isForgetful } = await room.journalFor(chain, { port, given, logger })
  // The room last: see createFunding's options in the engine.
  return { port, journal, isForgetful, ...room }
}

/** Closes a journal, unless a lane of another broker has it. Where the room of sending was never loaded, there is no lane. */
export async function closeUnused(journal: Journal): Promise<void> {
  await (rooms.sending.now ? rooms.sending.now.closeUnused(journal) : journal.close())
}

/**
 * A broker on a chain that is being connected, or was made for it. An opening that the signal aborts closes the caller's journal, if no
 * lane has it; one that fails leaves it to the caller, for another try.
 */
export async function openBroker(connecting: Connected | Promise<Connected>, options: OpenOptions): Promise<Broker> {
  const { journal, signal } = options
  const logger = safeLogger(options.logger)
  try {
    return await open(connecting, { ...options, logger, isLogged: options.logger !== undefined })
  } catch (error) {
    if (journal && signal?.aborted)
      await closeUnused(journal).catch((err: unknown) => logger.error({ err }, 'the journal could not be closed'))
    throw error
  }
}

async function open(
  connecting: Connected | Promise<Connected>,
  options: OpenOptions & { logger: Logger; isLogged: boolean },
): Promise<Broker> {
  const { signal, ...terms } = options
  const { intervalMs = DEFAULT_INTERVAL_MS, logger } = terms
  checkIntervalMs(intervalMs)
  // rxjs takes as long to load as all the rest: a program that only converts amounts does not wait for it.
  const loading = Promise.all([
    connecting,
    rooms.streams.load(),
    options.isLogged ? rooms.log.load() : null,
    options.tracer ? rooms.tracing.load() : null,
    loadAhead(rooms),
  ])
  const [chain, streams, log, tracing] = await abortable(loading, signal)
  const sending = await abortable(sendingOn(chain, options), signal)
  const mustAsk = approvalNeedOf({ isForgetful: sending?.isForgetful ?? false })
  if (options.autoClaim) checkAutoClaim(mustAsk)
  const engine = createEngine({
    chain,
    streams,
    sending,
    logEvent: log?.logEvent ?? null,
    createTraces: tracing?.createTraces ?? null,
    mustAsk,
    // After the others: see createFunding's options in the engine.
    ...terms,
    intervalMs,
  })
  const broker = brokerOn(engine)
  if (options.journal && isLeased(options.journal)) engine.events.leased(options.journal)
  const abort = (): void =>
    void broker.close().catch((error: unknown) => logger.error({ err: error }, 'closing failed'))
  signal?.addEventListener('abort', abort)
  const leave = (): void => signal?.removeEventListener('abort', abort)
  if (!options.shared) engine.onClose.add(leave)
  // The lane takes up what an earlier process left open. Without its journal the broker reads, and refuses to send.
  const opening = engine.lane?.open() ?? Promise.resolve()
  await abortable(opening, signal).catch((error: unknown) => {
    if (signal?.aborted !== true) logger.error({ err: error }, 'nothing can be sent')
  })
  // The signal may have aborted at any moment since the call.
  if (signal?.aborted) {
    await broker.close()
    throw new AbortedError('The broker was aborted before it was open.')
  }
  try {
    startOrders(engine, options.orders ?? {})
  } catch (error) {
    await broker.close()
    throw error
  }
  // A fleet ends an opening by the signal, and closes what is open itself: its wallets keep no signal each.
  if (options.shared) leave()
  return broker
}

/** @throws InvalidInputError, LedgerClosingError, ReadOnlyError without a signer */
function startOrders(engine: Engine, orders: StandingOrders): void {
  if (!orders.autoDeposit && !orders.autoFunding?.length) return
  const { sending, chain } = engine
  if (!sending) throw new ReadOnlyError(chain.wallet)
  sending.startOrders(engine, orders)
}
