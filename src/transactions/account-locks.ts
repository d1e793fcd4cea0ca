import { abortable } from '../base/abortable.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { Intent } from './intent.ts'
import type { Lane } from './lane.ts'

/**
 * Account locks, a keyed mutex: one writer decides about a sub-account at a time. Writers that pay on demand wait for
 * one another and for what is in flight; auto-funding leaves locked sub-accounts alone.
 */
export type AccountLocks = {
  /** Sub-accounts that a writer is deciding about, by key. */
  readonly reserved: ReadonlySet<string>
  /** Whether a writer is deciding about a sub-account, or a transaction of its is in flight. */
  isTaken(id: SubAccountId): boolean
  /** Does the work while no other writer decides about a sub-account and nothing of its is in flight. */
  exclusive<T>(id: SubAccountId, work: () => Promise<T>, signal?: AbortSignal): Promise<T>
  /** The same for several. It locks them in key order, so that two callers cannot deadlock. */
  exclusiveAll<T>(ids: readonly SubAccountId[], work: () => Promise<T>, signal?: AbortSignal): Promise<T>
  /** Does the work once no writer decides about these sub-accounts: at once where none does. It takes no lock. */
  after<T>(ids: readonly SubAccountId[], work: () => Promise<T>): Promise<T>
}

export function createAccountLocks(lane: Lane | null): AccountLocks {
  const reserved = new Set<string>()
  const turns = new Map<string, Promise<void>>()

  return {
    reserved,
    isTaken(id) {
      const key = keyOf(id)
      return reserved.has(key) || (lane?.inFlight() ?? []).some(({ intent }) => isAbout(intent, key))
    },
    exclusive,
    exclusiveAll(ids, work, signal) {
      const ordered = ids.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
      return ordered.reduceRight<typeof work>((next, id) => () => exclusive(id, next, signal), work)()
    },
    async after(ids, work) {
      if (lane?.refusal()) await lane.open()
      const busy = () => ids.flatMap((id) => turns.get(keyOf(id)) ?? [])
      // Other writers may queue up during the wait.
      for (let before = busy(); before.length > 0; before = busy()) await Promise.all(before)
      return work()
    },
  }

  async function exclusive<T>(id: SubAccountId, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    // What an earlier process left open goes first. Where its journal could not be had so far, the lane tries again.
    if (lane?.refusal()) await lane.open()
    const key = keyOf(id)
    const before = turns.get(key) ?? Promise.resolve()
    const mine = abortable(before, signal).then(async () => {
      reserved.add(key)
      await lane?.idle((intent) => isAbout(intent, key), signal)
      return work()
    })
    // A writer that gave up waiting does not let the next one past the writer before it.
    const over = Promise.allSettled([before, mine]).then(() => {
      if (turns.get(key) !== over) return
      turns.delete(key)
      reserved.delete(key)
    })
    turns.set(key, over)
    return mine
  }
}

const isAbout = ({ touches }: Intent, key: string): boolean => touches.some((one) => keyOf(one) === key)
