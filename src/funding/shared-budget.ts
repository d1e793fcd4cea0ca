import { budgetLeft, type SpendingWindow } from '../../machines/auto-funding/auto-funding.limits.ts'
import type { Payment } from '../transactions/journal.types.ts'
import { refusedPayments, type RefusedTransactions } from '../transactions/refused-payments.ts'

/** What a wallet tells of its payments. */
export type WalletPayments = {
  /** What it paid, or may yet; null while its journal is not loaded. */
  payments: () => readonly Payment[] | null
  /** Transactions that a node refused for good: what they may pay yet excludes as much of what it pays next. Null without a signer. */
  refused: () => RefusedTransactions | null
}

/** A budget that several wallets share. */
export type SharedBudget = {
  /** What it leaves one of its wallets at a block time, in wei. Any plan may ask, also for a time of the caller. */
  left(now: number, wallet: string): bigint | null
  /** A wallet was read at this block time: what was in flight when a wallet left counts from then on, and no older than a window. */
  see(now: number): void
  /**
   * The payments of a wallet count from now on. After the returned function is called, those until then do: a wallet that goes to another
   * machine leaves no room for payments of this one.
   *
   * While its journal is not loaded those count that it had made when it last left.
   */
  join(wallet: string, payments: WalletPayments): () => void
  /** Runs what opens a wallet, until its journal is loaded or cannot be. */
  whileOpening<T>(wallet: string, open: () => Promise<T>): Promise<T>
}

/** `since`: the block time of the first reading since it began. `before`: how long tries that failed have kept the others waiting. */
type Opening = { since: number | null; before: number }

/** A wallet that takes longer to be opened, in all its tries, does not keep the others waiting; in seconds of block time. */
const OPENING_SECONDS = 60

/**
 * The budget of the wallets of one process: what one of them decides to pay counts at once for all others. While a wallet is being opened it
 * leaves nothing, since what that has paid is not known.
 */
export function createSharedBudget(budget: SpendingWindow): SharedBudget {
  const members = new Map<string, WalletPayments>()
  /** What wallets had paid when they left. */
  const departed = new Map<string, readonly Payment[]>()
  /** Wallets that are being opened. */
  const openings = new Set<Opening>()
  /** For how many seconds tries to open a wallet have kept the others waiting, since it was last open. */
  const waited = new Map<string, number>()
  let seenAt = 0

  return {
    left(now, asking) {
      if ([...openings].some(isFresh)) return 0n
      const present = [...members].flatMap(([wallet, { payments, refused }]) => [
        ...paidBy(wallet, payments),
        ...(wallet === asking ? [] : heldBy(refused)),
      ])
      const gone = [...departed].flatMap(([wallet, payments]) => (members.has(wallet) ? [] : [...payments]))
      return budgetLeft(budget, () => [...present, ...gone], now)
    },
    see(now) {
      // Most wallets of a fleet are read at one block.
      if (now === seenAt) return
      seenAt = now
      for (const opening of openings) opening.since ??= now
      forget(now)
    },
    join(wallet, payments) {
      members.set(wallet, payments)
      return () => {
        if (members.get(wallet) !== payments) return
        members.delete(wallet)
        const paid = payments.payments()
        if (paid) departed.set(wallet, [...paid, ...heldBy(payments.refused)])
      }
    },
    async whileOpening(wallet, open) {
      const opening: Opening = { since: null, before: waited.get(wallet) ?? 0 }
      openings.add(opening)
      try {
        const opened = await open()
        waited.delete(wallet)
        return opened
      } catch (error) {
        waited.set(wallet, secondsOf(opening))
        throw error
      } finally {
        openings.delete(opening)
      }
    },
  }

  function isFresh(opening: Opening): boolean {
    return secondsOf(opening) < OPENING_SECONDS
  }

  function secondsOf({ since, before }: Opening): number {
    return before + (since === null ? 0 : seenAt - since)
  }

  /** Once its journal is loaded, that has what the wallet paid here before. */
  function paidBy(wallet: string, payments: WalletPayments['payments']): readonly Payment[] {
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

/** What a wallet's refused transactions keep of the budget. */
export function heldBy(refused: WalletPayments['refused']): Payment[] {
  const all = refused()
  return all ? refusedPayments(all) : []
}
