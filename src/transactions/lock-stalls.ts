import { abortable } from '../base/abortable.ts'
import { Lazy, mapOf, setOf } from '../base/lazy.ts'
import type { NotSentError } from '../base/errors.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'

/** Why the writer that holds an account lock cannot go on; a fresh error for each caller that is refused. */
export type StallReason = () => NotSentError

/** Account locks whose writer cannot go on for now: those that wait for them are told so instead of waiting for ever. */
export type LockStalls = {
  /**
   * Refuses those that wait for a sub-account, now and later; null lets them wait again.
   *
   * @param onGiveUp called where a caller wants the writer to give up what it cannot do
   */
  stall(id: SubAccountId, reason: StallReason | null, onGiveUp?: () => void): void
  /** Has a stalled writer give up what it cannot do, whichever broker's it is; those that wait for it wait again. */
  giveUp(id: SubAccountId): void
  /** What refuses those that wait for a sub-account; null where nothing does. */
  stallOf(id: SubAccountId): NotSentError | null
  /** Waits for the work of a writer until the signal aborts, or one of these sub-accounts is stalled. The work goes on. */
  unlessStalled<T>(ids: readonly SubAccountId[], work: Promise<T>, signal: AbortSignal | undefined): Promise<T>
}

export class StalledLocks implements LockStalls {
  readonly #stalled = new Lazy(mapOf<string, { reason: StallReason; onGiveUp: (() => void) | undefined }>)
  readonly #waits = new Lazy(setOf<() => void>)

  stall(id: SubAccountId, reason: StallReason | null, onGiveUp?: () => void): void {
    if (!reason) return void this.#stalled.made?.delete(keyOf(id))
    this.#stalled.part.set(keyOf(id), { reason, onGiveUp })
    for (const check of this.#waits.made ?? []) check()
  }

  giveUp(id: SubAccountId): void {
    const { onGiveUp } = this.#stalled.made?.get(keyOf(id)) ?? {}
    if (!onGiveUp) return
    onGiveUp()
    this.#stalled.made?.delete(keyOf(id))
  }

  stallOf(id: SubAccountId): NotSentError | null {
    return this.#stalled.made?.get(keyOf(id))?.reason() ?? null
  }

  async unlessStalled<T>(ids: readonly SubAccountId[], work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    let check = (): void => undefined
    const refused = new Promise<never>((_, reject) => {
      check = () => {
        const [refusal] = ids.flatMap((id) => this.stallOf(id) ?? [])
        if (refusal) reject(refusal)
      }
    })
    this.#waits.part.add(check)
    check()
    try {
      return await abortable(Promise.race([work, refused]), signal)
    } finally {
      this.#waits.made?.delete(check)
    }
  }
}
