import { abortable } from '../base/abortable.ts'
import { InDoubtError } from '../base/not-sent-errors.ts'
import { Lazy, mapOf } from '../base/lazy.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import { accountIdle, isAbout } from './settled-idle.ts'
import type { Lane } from './lane.types.ts'
import { StalledLocks, type LockStalls } from './lock-stalls.ts'

/**
 * Account locks, a keyed mutex: one writer decides about a sub-account at a time. Writers that pay on demand wait for
 * one another and for what is in flight; auto-funding leaves locked sub-accounts alone.
 */
export type AccountLocks = LockStalls & {
  /** Sub-accounts that a writer is deciding about, by key. */
  readonly reserved: ReadonlySet<string>
  /** Whether a writer is deciding about a sub-account, or a transaction of its is in flight. */
  isTaken(id: SubAccountId): boolean
  /**
   * Does the work while no other writer decides about a sub-account and nothing of its is in flight.
   *
   * @throws what stalls the writer before it, InDoubtError where only a wallet knows what is in flight
   */
  exclusive<T>(id: SubAccountId, work: () => Promise<T>, how?: LockOptions): Promise<T>
  /**
   * The same for several. It waits for the writers of this moment before it takes any lock, and then locks in key order,
   * so that two callers cannot deadlock.
   */
  exclusiveAll<T>(ids: readonly SubAccountId[], work: () => Promise<T>, how?: LockOptions): Promise<T>
  /** Does the work once no writer decides about these sub-accounts: at once where none does. It takes no lock. */
  after<T>(ids: readonly SubAccountId[], work: () => Promise<T>, signal?: AbortSignal): Promise<T>
}

export type LockOptions = {
  signal?: AbortSignal | undefined
  /**
   * Waits also for a stalled writer, and for a transaction whose outcome only a wallet knows. Callers that wait for this one are
   * refused meanwhile.
   */
  isPatient?: boolean
}

export function createAccountLocks(lane: Lane | null): AccountLocks {
  return new KeyedLocks(lane)
}

class KeyedLocks extends StalledLocks implements AccountLocks {
  readonly reserved = new Set<string>()
  readonly #lane: Lane | null
  readonly #turns = new Lazy(mapOf<string, Promise<void>>)

  constructor(lane: Lane | null) {
    super()
    this.#lane = lane
  }

  isTaken(id: SubAccountId): boolean {
    return this.reserved.has(keyOf(id)) || (this.#lane?.inFlight() ?? []).some(({ intent }) => isAbout(intent, id))
  }

  async exclusive<T>(id: SubAccountId, work: () => Promise<T>, how: LockOptions = {}): Promise<T> {
    // What an earlier process left open goes first. Where its journal could not be had so far, the lane tries again.
    if (this.#lane?.refusal()) await this.#lane.open()
    const key = keyOf(id)
    const before = this.#turns.made?.get(key) ?? Promise.resolve()
    const mine = this.#turnOf([id], before, how).then(() => this.#alone(id, work, how))
    // A writer that gave up waiting does not let the next one past the writer before it.
    const over = Promise.allSettled([before, mine]).then(() => {
      if (this.#turns.made?.get(key) !== over) return
      this.#turns.made?.delete(key)
      this.reserved.delete(key)
    })
    this.#turns.part.set(key, over)
    return mine
  }

  async exclusiveAll<T>(ids: readonly SubAccountId[], work: () => Promise<T>, how: LockOptions = {}): Promise<T> {
    if (ids.length > 1 && this.#areBusy(ids)) await this.#turnsOf(ids, how)
    const ordered = ids.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    return ordered.reduceRight<() => Promise<T>>((next, id) => () => this.exclusive(id, next, how), work)()
  }

  async after<T>(ids: readonly SubAccountId[], work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#lane?.refusal()) await this.#lane.open()
    // Other writers may queue up during the wait.
    while (this.#areBusy(ids)) await this.#turnsOf(ids, { signal })
    return work()
  }

  async #alone<T>(id: SubAccountId, work: () => Promise<T>, how: LockOptions): Promise<T> {
    this.reserved.add(keyOf(id))
    try {
      await this.#settle(id, how)
      return await work()
    } finally {
      this.stall(id, null)
    }
  }

  async #settle(id: SubAccountId, { signal, isPatient = false }: LockOptions): Promise<void> {
    const lane = this.#lane
    try {
      if (lane) await accountIdle(lane, id, signal)
    } catch (error) {
      if (!lane || !isPatient || !(error instanceof InDoubtError)) throw error
      this.stall(id, () => error)
      await lane.idle((intent) => isAbout(intent, id), signal)
      this.stall(id, null)
    }
  }

  #areBusy(ids: readonly SubAccountId[]): boolean {
    return ids.some((id) => this.#turns.made?.has(keyOf(id)) === true)
  }

  async #turnsOf(ids: readonly SubAccountId[], how: LockOptions): Promise<void> {
    await this.#turnOf(ids, Promise.all(ids.flatMap((id) => this.#turns.made?.get(keyOf(id)) ?? [])), how)
  }

  #turnOf(
    ids: readonly SubAccountId[],
    before: Promise<unknown>,
    { signal, isPatient = false }: LockOptions,
  ): Promise<unknown> {
    return isPatient ? abortable(before, signal) : this.unlessStalled(ids, before, signal)
  }
}
