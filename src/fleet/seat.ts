import { LockedError, OgLedgerError, type Broker, type Journal, type LeasedJournal, type Logger } from '../index.ts'
import { abortable, throwIfAborted } from '../base/abortable.ts'
import type { FleetWallet, WalletPolicy, WalletState } from './fleet.types.ts'

/** One wallet's place in a fleet: its broker while this process has it, and why not while it has not. */
export type Seat = {
  readonly wallet: string
  broker(): Broker | null
  view(): FleetWallet
  /** Whether a lease on it may be claimed now: it is closed, and did not fail just now. */
  isClaimable(now: number): boolean
  /** Opens its broker; the reason where that fails is in `view()`. A leased journal is closed then, too. */
  open(journal?: LeasedJournal): Promise<void>
  /** Another process has its lease; null where none has. */
  seeLease(lease: FleetWallet['lease']): void
  /** Closes its broker for good, also one that is being opened. */
  close(): Promise<void>
}

export type SeatOptions = {
  wallet: string
  policyFor: (wallet: string) => WalletPolicy | Promise<WalletPolicy>
  /** `signal` aborts where the wallet is not wanted any more: then the journal is closed, too. */
  openBroker: (policy: WalletPolicy, how: { journal: Journal | undefined; signal: AbortSignal }) => Promise<Broker>
  /** Called when the lease is lost while the broker is open. */
  onLost: () => void
  now: () => number
  logger: Logger
}

/** A wallet that could not be opened is left to others for so long. */
const RESTS_MS = 60_000

export function createSeat({ wallet, policyFor, openBroker, onLost, now, logger }: SeatOptions): Seat {
  let state: WalletState = 'free'
  let error: Error | null = null
  let broker: Broker | null = null
  let lease: FleetWallet['lease'] = null
  /** What this process has claimed. */
  let claimed: LeasedJournal | null = null
  let restsUntil = -Infinity
  let closing: Promise<void> | null = null
  let opening: { over: Promise<void>; abort(): void } | null = null
  /** The fleet has given the wallet up: a claim that was on its way opens nothing. */
  let isOver = false
  let watching: { unsubscribe(): void } | null = null

  return {
    wallet,
    broker: () => broker,
    view() {
      const refusal = error ?? broker?.refusal() ?? null
      return {
        wallet,
        state,
        reason: refusal && reasonOf(refusal),
        error: refusal,
        lease: lease && { ...lease, ...timeLeft() },
      }
    },
    isClaimable: (time) => !isOver && ['free', 'foreign', 'failed'].includes(state) && time >= restsUntil,
    async open(journal) {
      if (isOver) return handBack(journal)
      const abort = new AbortController()
      const over = enter(journal, abort.signal).finally(() => (opening = null))
      opening = { over, abort: () => abort.abort() }
      journal?.lost.addEventListener('abort', () => void lose(), { once: true })
      if (journal?.lost.aborted) void lose()
      await over
      await closing
    },
    seeLease(seen) {
      if (!['free', 'foreign', 'failed'].includes(state)) return
      lease = seen
      if (state !== 'failed') state = seen ? 'foreign' : 'free'
    },
    close() {
      isOver = true
      return close('free')
    },
  }

  /** @param signal aborts where the seat is closed meanwhile: then nothing of it stays open */
  async function enter(journal: LeasedJournal | undefined, signal: AbortSignal): Promise<void> {
    state = 'opening'
    error = null
    lease = journal ? { holder: journal.holder, epoch: journal.epoch } : null
    claimed = journal ?? null
    try {
      const policy = await abortable(Promise.resolve(policyFor(wallet)), signal)
      broker = await openBroker(policy, { journal, signal })
      throwIfAborted(signal)
      watching = broker.positions$.subscribe()
      state = 'open'
    } catch (cause) {
      await closeBroker()
      await handBack(journal)
      if (!signal.aborted) fail(cause)
    }
  }

  function timeLeft(): { expiresInMs?: number } {
    const isOwn = claimed !== null && lease?.holder === claimed.holder && lease.epoch === claimed.epoch
    return isOwn && claimed?.expiresInMs ? { expiresInMs: claimed.expiresInMs() } : {}
  }

  function fail(cause: unknown): void {
    error = cause instanceof Error ? cause : new Error(String(cause))
    logger.error({ err: error, wallet }, 'a wallet of the fleet could not be opened; the others go on')
    restsUntil =
      error instanceof OgLedgerError && !error.retryable && !(error instanceof LockedError)
        ? Infinity
        : now() + RESTS_MS
    state = 'failed'
    lease = null
  }

  async function handBack(journal: LeasedJournal | undefined): Promise<void> {
    await journal?.close().catch((late: unknown) => logger.warn({ err: late, wallet }, 'a lease was not handed back'))
  }

  async function lose(): Promise<void> {
    if (state !== 'open' && state !== 'opening') return
    onLost()
    lease = null
    await close('free')
  }

  /** Every caller waits for the same end. */
  function close(then: WalletState): Promise<void> {
    return (closing ??= shut(then).finally(() => (closing = null)))
  }

  async function shut(then: WalletState): Promise<void> {
    state = 'closing'
    opening?.abort()
    await opening?.over
    await closeBroker()
    state = then
    lease = null
  }

  async function closeBroker(): Promise<void> {
    watching?.unsubscribe()
    watching = null
    const closed = broker
    broker = null
    await closed?.close().catch((late: unknown) => logger.warn({ err: late, wallet }, 'closing a broker failed'))
  }
}

const reasonOf = (error: Error): string => error.message.split('\n')[0] ?? error.message
