import { keyOf, type SubAccountId } from './sub-account-id.ts'
import type { Intent } from './transactions/intent.ts'
import type { Lane } from './transactions/lane.ts'

/**
 * Whose turn it is to decide about a sub-account: those who pay it on demand wait for one another and for what is in
 * flight, and auto-funding keeps away from what they decide about.
 */
export function createTurns(lane: Lane | null) {
  /** Sub-accounts that somebody is deciding about, by key. */
  const reserved = new Set<string>()
  const turns = new Map<string, Promise<void>>()

  return {
    reserved: reserved as ReadonlySet<string>,
    /** Somebody is paying it, or deciding to. */
    isTaken(id: SubAccountId): boolean {
      const key = keyOf(id)
      return reserved.has(key) || (lane?.inFlight() ?? []).some(({ intent }) => isAbout(intent, key))
    },
    /** Does the work once nothing else is decided about, or in flight for, this sub-account. */
    async exclusive<T>(id: SubAccountId, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
      const key = keyOf(id)
      const before = turns.get(key) ?? Promise.resolve()
      const mine = before.then(async () => {
        reserved.add(key)
        await lane?.idle((intent) => isAbout(intent, key), signal)
        return work()
      })
      const over = mine.then(
        () => undefined,
        () => undefined,
      )
      turns.set(key, over)
      try {
        return await mine
      } finally {
        if (turns.get(key) === over) {
          turns.delete(key)
          reserved.delete(key)
        }
      }
    },
  }
}

const isAbout = ({ touches }: Intent, key: string): boolean => touches.some((one) => keyOf(one) === key)
