import { linkSignals } from '../base/linked-signals.ts'
import { AbortedError } from '../base/errors.ts'
import type { AccountLocks } from './account-locks.ts'
import { ClaimsShare } from './claims-share.ts'
import type { WalletAt } from './foreign-watch.ts'
import type { Intent, Receipt } from './intent.ts'
import type { InFlight, Lane, ReadingPort, SubmitOptions } from './lane.types.ts'
import type { Journal } from './journal.types.ts'
import type { LaneMember, LaneMembers } from './lane-members.ts'
import { LocksShare } from './locks-share.ts'
import type { TransactionActor } from './tracked-transaction.ts'

/** One wallet's lane and account locks, for every broker of this process that has its journal in one place. */
export type SharedLane = {
  lane: Lane
  locks: AccountLocks
  members: LaneMembers
  /** The journal that the lane uses: the first broker's. */
  journal: Journal
}

/**
 * A broker's share of a lane: closing it ends the broker's own waits and sends nothing more for it. The lane goes on for the
 * other brokers, and follows what this one has sent; the oldest of them takes up the claims that it leaves open.
 *
 * @param closeLane called where the last share is closed
 */
export function createLaneShare(
  shared: SharedLane,
  member: LaneMember,
  closeLane: () => Promise<void>,
): Pick<SharedLane, 'lane' | 'locks'> {
  const lane = new LaneShare(shared, member, closeLane)
  return { lane, locks: new LocksShare(shared.locks, lane) }
}

/** What the share does not do otherwise is the lane's own. */
class LaneShare implements Lane {
  readonly #shared: SharedLane
  readonly #member: LaneMember
  readonly #closeLane: () => Promise<void>
  /** Aborts once the broker has left. Made for the first that waits. */
  #left: AbortController | null = null
  #hasLeft = false
  readonly #claims: ClaimsShare
  readonly workflows: Lane['workflows']
  #closing: Promise<void> | null = null

  constructor(shared: SharedLane, member: LaneMember, closeLane: () => Promise<void>) {
    this.#shared = shared
    this.#member = member
    this.#closeLane = closeLane
    this.#claims = new ClaimsShare(shared.lane.workflows.claims, () => this.throwIfLeft())
    this.workflows = { closing: shared.lane.workflows.closing, claims: this.#claims }
  }

  get asks(): Lane['asks'] {
    return this.#lane.asks
  }

  async open(): Promise<void> {
    this.throwIfLeft()
    await this.#lane.open()
    if (!this.#hasLeft && !this.#member.isRestored) this.#takeUp()
  }

  async submit(intent: Intent, { signal, ...how }: SubmitOptions = {}): Promise<Receipt> {
    this.throwIfLeft()
    return this.whileOpen(signal, (either, until) => this.#lane.submit(intent, { ...how, signal: either, until }))
  }

  /** The position is of this broker's node: another broker's may be behind it, or down. */
  confirm(block: number, wallet?: WalletAt, port: ReadingPort = this.#member.port): Promise<void> {
    return this.#lane.confirm(block, wallet, port)
  }

  idle(matches: (intent: Intent) => boolean, signal?: AbortSignal): Promise<void> {
    return this.whileOpen(signal, (either) => this.#lane.idle(matches, either))
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  /** Work that ends by a signal ends also where this broker leaves. */
  async whileOpen<T>(
    signal: AbortSignal | undefined,
    work: (either: AbortSignal, left: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const left = this.#leaving().signal
    const linked = linkSignals([signal, left])
    try {
      return await work(linked.signal, left)
    } finally {
      linked.release()
    }
  }

  throwIfLeft(): void {
    if (this.#hasLeft) throw new AbortedError('The broker is closed; nothing was sent.')
  }

  refusal(): Error | null {
    return this.#lane.refusal()
  }

  journalFailure(): Error | null {
    return this.#lane.journalFailure()
  }

  isLoaded(): boolean {
    return this.#lane.isLoaded()
  }

  lastingRefusal(): Error | null {
    return this.#lane.lastingRefusal()
  }

  refused(): ReturnType<Lane['refused']> {
    return this.#lane.refused()
  }

  inFlight(): InFlight[] {
    return this.#lane.inFlight()
  }

  mayYetAct(matches: Matches): boolean {
    return this.#lane.mayYetAct(matches)
  }

  locate(matches: Matches): Promise<void> {
    return this.#lane.locate(matches)
  }

  timestampOf(block: number): Promise<number | null> {
    return this.#lane.timestampOf(block)
  }

  isFinal(...of: Parameters<Lane['isFinal']>): boolean {
    return this.#lane.isFinal(...of)
  }

  cannotRecord(): boolean {
    return this.#lane.cannotRecord()
  }

  unknownPending(): readonly number[] {
    return this.#lane.unknownPending()
  }

  holdsForForeign(): boolean {
    return this.#lane.holdsForForeign()
  }

  foreignTransactions(): number {
    return this.#lane.foreignTransactions()
  }

  foreignNonces(): readonly number[] {
    return this.#lane.foreignNonces()
  }

  isQuiet(): boolean {
    return this.#lane.isQuiet()
  }

  resolve(...of: Parameters<Lane['resolve']>): Promise<void> {
    return this.#lane.resolve(...of)
  }

  transactions(): readonly TransactionActor[] {
    return this.#lane.transactions()
  }

  payments(): ReturnType<Lane['payments']> {
    return this.#lane.payments()
  }

  deposits(): ReturnType<Lane['deposits']> {
    return this.#lane.deposits()
  }

  reclaims(): ReturnType<Lane['reclaims']> {
    return this.#lane.reclaims()
  }

  paidIn(from: number, to: number): ReadonlyMap<string, bigint> {
    return this.#lane.paidIn(from, to)
  }

  minedIn(from: number, to: number): Intent[] {
    return this.#lane.minedIn(from, to)
  }

  lastMined(matches: Matches): Receipt | null {
    return this.#lane.lastMined(matches)
  }

  minedBlock(matches: Matches): number | null {
    return this.#lane.minedBlock(matches)
  }

  knownBlock(): ReturnType<Lane['knownBlock']> {
    return this.#lane.knownBlock()
  }

  latestBlock(): number | null {
    return this.#lane.latestBlock()
  }

  get #lane(): Lane {
    return this.#shared.lane
  }

  /** Tells the broker what the lane knows already: an earlier broker has opened the journal. */
  #takeUp(): void {
    const member = this.#member
    member.isRestored = true
    const actors = this.#lane.transactions()
    const { inspect } = member.inspected?.() ?? {}
    if (inspect) for (const actor of actors) actor.system.inspect(inspect)
    member.onRestored?.(actors)
    const block = this.#lane.latestBlock()
    if (block !== null) member.onMined(block)
    member.onOpen?.()
  }

  #leaving(): AbortController {
    this.#left ??= new AbortController()
    if (this.#hasLeft) this.#left.abort()
    return this.#left
  }

  async #close(): Promise<void> {
    const { lane, members } = this.#shared
    const isLast = members.all().every((one) => one === this.#member)
    members.remove(this.#member)
    // The lane itself ends what waits for it.
    if (isLast) return this.#closeAll()
    this.#hasLeft = true
    this.#left?.abort()
    this.#claims.leave()
    // An outage of the journal passes, and claims wait for its end: only where it lasts, the next process takes them up.
    if (lane.lastingRefusal() === null) members.lead().onOpen?.()
    await this.#closeUnused()
  }

  async #closeAll(): Promise<void> {
    await Promise.all([this.#closeLane(), this.#closeUnused()])
  }

  /** A journal that this broker brought, where the lane uses that of another one. */
  async #closeUnused(): Promise<void> {
    const { journal } = this.#member
    if (journal !== this.#shared.journal) await journal.close()
  }
}

type Matches = (intent: Intent) => boolean
