import type { NotSentError } from '../base/errors.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { AccountLocks, LockOptions } from './account-locks.ts'

/** Work that ends by a signal, and also where the broker leaves. */
type WhileOpen = {
  whileOpen<T>(signal: AbortSignal | undefined, work: (either: AbortSignal) => Promise<T>): Promise<T>
}

/** The account locks of a lane, whose waits end where this broker leaves. */
export class LocksShare implements AccountLocks {
  readonly #locks: AccountLocks
  readonly #lane: WhileOpen

  constructor(locks: AccountLocks, lane: WhileOpen) {
    this.#locks = locks
    this.#lane = lane
  }

  get reserved(): ReadonlySet<string> {
    return this.#locks.reserved
  }

  isTaken(id: SubAccountId): boolean {
    return this.#locks.isTaken(id)
  }

  exclusive<T>(id: SubAccountId, work: () => Promise<T>, how?: LockOptions): Promise<T> {
    return this.#lane.whileOpen(how?.signal, (signal) => this.#locks.exclusive(id, work, { ...how, signal }))
  }

  exclusiveAll<T>(ids: readonly SubAccountId[], work: () => Promise<T>, how?: LockOptions): Promise<T> {
    return this.#lane.whileOpen(how?.signal, (signal) => this.#locks.exclusiveAll(ids, work, { ...how, signal }))
  }

  after<T>(ids: readonly SubAccountId[], work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#lane.whileOpen(signal, (either) => this.#locks.after(ids, work, either))
  }

  stall(...of: Parameters<AccountLocks['stall']>): void {
    this.#locks.stall(...of)
  }

  giveUp(id: SubAccountId): void {
    this.#locks.giveUp(id)
  }

  stallOf(id: SubAccountId): NotSentError | null {
    return this.#locks.stallOf(id)
  }

  unlessStalled<T>(ids: readonly SubAccountId[], work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    return this.#locks.unlessStalled(ids, work, signal)
  }
}
