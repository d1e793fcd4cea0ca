import { abortable } from '../base/abortable.ts'
import type { NotSentError } from '../base/errors.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'

/** Why the writer that holds an account lock cannot go on; a fresh error for each caller that is refused. */
export type StallReason = () => NotSentError

/** Account locks whose writer cannot go on for now: those that wait for them are told so instead of waiting for ever. */
export type LockStalls = {
  /** Refuses those that wait for a sub-account, now and later; null lets them wait again. */
  stall(id: SubAccountId, reason: StallReason | null): void
  /** What refuses those that wait for a sub-account; null where nothing does. */
  stallOf(id: SubAccountId): NotSentError | null
  /** Waits for the work of a writer until the signal aborts, or one of these sub-accounts is stalled. The work goes on. */
  unlessStalled<T>(ids: readonly SubAccountId[], work: Promise<T>, signal: AbortSignal | undefined): Promise<T>
}

export function createLockStalls(): LockStalls {
  const reasons = new Map<string, StallReason>()
  const waits = new Set<() => void>()

  return {
    stall(id, reason) {
      if (!reason) return void reasons.delete(keyOf(id))
      reasons.set(keyOf(id), reason)
      for (const check of waits) check()
    },
    stallOf,
    async unlessStalled(ids, work, signal) {
      let check = (): void => undefined
      const refused = new Promise<never>((_, reject) => {
        check = () => {
          const [refusal] = ids.flatMap((id) => stallOf(id) ?? [])
          if (refusal) reject(refusal)
        }
      })
      waits.add(check)
      check()
      try {
        return await abortable(Promise.race([work, refused]), signal)
      } finally {
        waits.delete(check)
      }
    },
  }

  function stallOf(id: SubAccountId): NotSentError | null {
    return reasons.get(keyOf(id))?.() ?? null
  }
}
