import type { Broker, Journal, LeasedJournal, Logger } from '../index.ts'
import { abortable, throwIfAborted } from '../base/abortable.ts'
import type { Clock } from '../base/clock.ts'
import type { FleetWallet, WalletPolicy, WalletState } from './fleet.types.ts'
import { pauseMs, retryKindOf, type Retry } from './retry.policy.ts'

/** One wallet's place in a fleet: its broker while this process has it, and why not while it has not. */
export type Seat = {
  readonly wallet: string
  broker(): Broker | null
  view(): FleetWallet
  /** Whether a lease on it may be claimed now: it is closed, and does not rest after a failure. */
  isClaimable(): boolean
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
  /** Whether it is opened by a claim of its lease; else it opens itself again after a failure. */
  isLeased: boolean
  clock: Clock
  logger: Logger
}

export function createSeat(options: SeatOptions): Seat {
  return new WalletSeat(options)
}

/** The seats that a lease may be claimed for. */
const CLOSED: ReadonlySet<WalletState> = new Set(['free', 'foreign', 'failed'])

class WalletSeat implements Seat {
  readonly #options: SeatOptions
  #state: WalletState = 'free'
  #error: Error | null = null
  #broker: Broker | null = null
  #lease: FleetWallet['lease'] = null
  /** What this process has claimed. */
  #claimed: LeasedJournal | null = null
  #retry: Retry | null = null
  /** While it rests after a failure: a claim leaves its lease to other processes. */
  #cancelRest: (() => void) | null = null
  #closing: Promise<void> | null = null
  #opening: { over: Promise<void>; abort(): void } | null = null
  /** The fleet has given the wallet up: a claim that was on its way opens nothing. */
  #isOver = false
  #watching: { unsubscribe(): void } | null = null

  constructor(options: SeatOptions) {
    this.#options = options
  }

  get wallet(): string {
    return this.#options.wallet
  }

  broker(): Broker | null {
    return this.#broker
  }

  view(): FleetWallet {
    const refusal = this.#error ?? this.#broker?.refusal() ?? null
    const lease = this.#lease
    return {
      wallet: this.wallet,
      state: this.#state,
      reason: refusal && reasonOf(refusal),
      error: refusal,
      lease: lease && { ...lease, ...this.#timeLeft(lease) },
      ...(this.#state === 'failed' && this.#retry && { retry: this.#retry }),
    }
  }

  isClaimable(): boolean {
    return !this.#isOver && CLOSED.has(this.#state) && this.#cancelRest === null
  }

  async open(journal?: LeasedJournal): Promise<void> {
    if (this.#isOver) return this.#handBack(journal)
    const abort = new AbortController()
    const over = this.#enter(journal, abort.signal).finally(() => (this.#opening = null))
    this.#opening = { over, abort: () => abort.abort() }
    journal?.lost.addEventListener('abort', () => void this.#lose(), { once: true })
    if (journal?.lost.aborted) void this.#lose()
    await over
    await this.#closing
  }

  seeLease(seen: FleetWallet['lease']): void {
    if (!CLOSED.has(this.#state)) return
    this.#lease = seen
    if (this.#state !== 'failed') this.#state = seen ? 'foreign' : 'free'
  }

  close(): Promise<void> {
    this.#isOver = true
    this.#endRest()
    return this.#close()
  }

  /** @param signal aborts where the seat is closed meanwhile: then nothing of it stays open */
  async #enter(journal: LeasedJournal | undefined, signal: AbortSignal): Promise<void> {
    const { wallet, policyFor, openBroker, logger } = this.#options
    this.#endRest()
    this.#state = 'opening'
    this.#error = null
    this.#lease = journal ? { holder: journal.holder, epoch: journal.epoch } : null
    this.#claimed = journal ?? null
    try {
      const policy = await abortable(Promise.resolve(policyFor(wallet)), signal)
      this.#broker = await openBroker(policy, { journal, signal })
      throwIfAborted(signal)
      this.#watching = this.#broker.positions$.subscribe()
      this.#state = 'open'
      if (this.#retry) logger.info({ wallet }, 'a wallet of the fleet that failed is open')
      this.#retry = null
    } catch (cause) {
      await this.#closeBroker()
      await this.#handBack(journal)
      if (!signal.aborted) this.#fail(cause)
    }
  }

  #timeLeft({ holder, epoch }: NonNullable<FleetWallet['lease']>): { expiresInMs?: number } {
    const claimed = this.#claimed
    const isOwn = claimed !== null && holder === claimed.holder && epoch === claimed.epoch
    return isOwn && claimed.expiresInMs ? { expiresInMs: claimed.expiresInMs() } : {}
  }

  #fail(cause: unknown): void {
    const { wallet, clock, logger } = this.#options
    const error = cause instanceof Error ? cause : new Error(String(cause))
    const kind = retryKindOf(error)
    const failures = this.#retry?.kind === kind ? this.#retry.failures + 1 : 1
    // Once: a wallet that fails each minute for a day is one line.
    if (failures === 1)
      logger.error(
        { err: error, wallet },
        'a wallet of the fleet could not be opened and is tried again; the others go on',
      )
    const restMs = pauseMs(kind, failures)
    this.#error = error
    this.#retry = { kind, at: clock.now() + restMs, failures }
    this.#cancelRest = clock.after(restMs, () => this.#wake())
    this.#state = 'failed'
    this.#lease = null
  }

  #wake(): void {
    this.#cancelRest = null
    if (!this.#options.isLeased) void this.open()
  }

  #endRest(): void {
    this.#cancelRest?.()
    this.#cancelRest = null
  }

  async #handBack(journal: LeasedJournal | undefined): Promise<void> {
    const { wallet, logger } = this.#options
    await journal?.close().catch((late: unknown) => logger.warn({ err: late, wallet }, 'a lease was not handed back'))
  }

  async #lose(): Promise<void> {
    if (this.#state !== 'open' && this.#state !== 'opening') return
    this.#options.onLost()
    this.#lease = null
    await this.#close()
  }

  /** Every caller waits for the same end. */
  #close(): Promise<void> {
    return (this.#closing ??= this.#shut().finally(() => (this.#closing = null)))
  }

  async #shut(): Promise<void> {
    this.#state = 'closing'
    this.#opening?.abort()
    await this.#opening?.over
    await this.#closeBroker()
    this.#state = 'free'
    this.#lease = null
  }

  async #closeBroker(): Promise<void> {
    const { wallet, logger } = this.#options
    this.#watching?.unsubscribe()
    this.#watching = null
    const closed = this.#broker
    this.#broker = null
    await closed?.close().catch((late: unknown) => logger.warn({ err: late, wallet }, 'closing a broker failed'))
  }
}

const reasonOf = (error: Error): string => error.message.split('\n')[0] ?? error.message
