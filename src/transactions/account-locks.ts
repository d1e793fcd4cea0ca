import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { Intent } from './intent.ts'
import { abortable } from '../base/abortable.ts'
import type { Lane } from './lane.ts'

export type AccountLocks = ReturnType<typeof createAccountLocks>

/**
 * Whose turn it is to decide about a sub-account: those who pay it on demand wait for one another and for what is in
 * flight, and auto-funding keeps away from what they decide about.
 */
export function createAccountLocks(lane: Lane | null) {
  /** Sub-accounts that somebody is deciding about, by key. */
  const reserved = new Set<string>()
  const turns = new Map<string, Promise<void>>()

  return {
    exclusiveAll,
    reserved: reserved as ReadonlySet<string>,
    /** Somebody is paying it, or deciding to. */
    isTaken(id: SubAccountId): boolean {
      const key = keyOf(id)
      return reserved.has(key) || (lane?.inFlight() ?? []).some(({ intent }) => isAbout(intent, key))
    },
    exclusive,
    /** Does the work once nobody decides about these any more: at once where nobody does. */
    async after<T>(ids: readonly SubAccountId[], work: () => Promise<T>): Promise<T> {
      if (lane?.refusal()) await lane.open()
      const busy = () => ids.flatMap((id) => turns.get(keyOf(id)) ?? [])
      // While it waits, others may queue up.
      for (let before = busy(); before.length > 0; before = busy()) await Promise.all(before)
      return work()
    },
  }

  /** Does the work once nothing else is decided about, or in flight for, this sub-account. */
  async function exclusive<T>(id: SubAccountId, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    // What an earlier process left open goes first. Only its journal knows, which could not be had so far.
    if (lane?.refusal()) await lane.open()
    const key = keyOf(id)
    const before = turns.get(key) ?? Promise.resolve()
    const mine = abortable(before, signal).then(async () => {
      reserved.add(key)
      await lane?.idle((intent) => isAbout(intent, key), signal)
      return work()
    })
    // Whoever gave up waiting lets nobody past the one before.
    const over = Promise.allSettled([before, mine]).then(() => {
      if (turns.get(key) !== over) return
      turns.delete(key)
      reserved.delete(key)
    })
    turns.set(key, over)
    return mine
  }

  /** The same for several: everybody takes them in the same order, so that nobody waits for one who waits for him. */
  function exclusiveAll<T>(ids: readonly SubAccountId[], work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const ordered = ids.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    return ordered.reduceRight<() => Promise<T>>((next, id) => () => exclusive(id, next, signal), work)()
  }
}

const isAbout = ({ touches }: Intent, key: string): boolean => touches.some((one) => keyOf(one) === key)
