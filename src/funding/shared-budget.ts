import { budgetLeft, type SpendingWindow } from '../../machines/auto-funding/auto-funding.limits.ts'
import type { Payment } from '../transactions/journal.types.ts'

/** A budget that several wallets of one process share: what one of them decides to pay counts at once for all others. */
export type SharedBudget = {
  /** What it leaves at a block time, in wei: nothing while a wallet is being opened, since what it has paid is not known. */
  left(now: number): bigint | null
  /**
   * The payments of a wallet count from now on. After the returned function is called, those until then do: a wallet that goes to another
   * machine leaves no room for payments of this one.
   *
   * @param payments null while its journal is not loaded: then those count that it had made when it last left
   */
  join(wallet: string, payments: () => readonly Payment[] | null): () => void
  /** Runs what opens a wallet, until its journal is loaded or cannot be. */
  whileOpening<T>(open: () => Promise<T>): Promise<T>
}

/** A wallet whose opening takes longer, in seconds of block time, does not keep the others waiting. */
const OPENING_SECONDS = 60

export function createSharedBudget(budget: SpendingWindow): SharedBudget {
  const members = new Map<string, () => readonly Payment[] | null>()
  /** What wallets had paid when they left. */
  const departed = new Map<string, readonly Payment[]>()
  /** Wallets that are being opened, each with the block time at which `left` first found it so. */
  const openings = new Set<{ since: number | null }>()

  return {
    left(now) {
      forget(now)
      for (const opening of openings) opening.since ??= now
      if ([...openings].some(({ since }) => now - (since ?? now) < OPENING_SECONDS)) return 0n
      const present = [...members].flatMap(([wallet, payments]) => paidBy(wallet, payments))
      const gone = [...departed].flatMap(([wallet, payments]) => (members.has(wallet) ? [] : [...payments]))
      return budgetLeft(budget, () => [...present, ...gone], now)
    },
    join(wallet, payments) {
      members.set(wallet, payments)
      return () => {
        if (members.get(wallet) !== payments) return
        members.delete(wallet)
        const paid = payments()
        if (paid) departed.set(wallet, [...paid])
      }
    },
    async whileOpening(open) {
      const opening = { since: null }
      openings.add(opening)
      try {
        return await open()
      } finally {
        openings.delete(opening)
      }
    },
  }

  /** Once its journal is loaded, that has what the wallet paid here before. */
  function paidBy(wallet: string, payments: () => readonly Payment[] | null): readonly Payment[] {
    const paid = payments()
    if (paid) departed.delete(wallet)
    return paid ?? departed.get(wallet) ?? []
  }

  /** What was in flight when its wallet left counts as paid now, and nothing counts that is older than the window. */
  function forget(now: number): void {
    for (const [wallet, payments] of departed) {
      const ended = payments.map((payment) => ({ ...payment, at: Number.isFinite(payment.at) ? payment.at : now }))
      if (ended.every(({ at }) => at <= now - budget.seconds)) departed.delete(wallet)
      else departed.set(wallet, ended)
    }
  }
}
