import { budgetLeft, type SpendingWindow } from '../../machines/auto-funding/auto-funding.limits.ts'
import type { Payment } from '../transactions/journal.types.ts'

/** A budget that several wallets of one process share: what one of them decides to pay counts at once for all others. */
export type SharedBudget = {
  /** What it leaves at a block time, in wei. */
  left(now: number): bigint | null
  /**
   * The payments of a wallet count from now on. After the returned function is called, those until then do: a wallet that goes to another
   * machine leaves no room for payments of this one.
   */
  join(wallet: string, payments: () => readonly Payment[]): () => void
}

export function createSharedBudget(budget: SpendingWindow): SharedBudget {
  const members = new Map<string, () => readonly Payment[]>()
  /** What wallets had paid when they left. */
  const departed = new Map<string, readonly Payment[]>()
  /** The latest block time that was asked for. */
  let latest = 0

  return {
    left(now) {
      latest = Math.max(latest, now)
      forget(now - budget.seconds)
      const all = [...members.values()].flatMap((payments) => [...payments()])
      return budgetLeft(budget, () => [...all, ...[...departed.values()].flat()], now)
    },
    join(wallet, payments) {
      members.set(wallet, payments)
      // The journal has what the wallet paid here before.
      departed.delete(wallet)
      return () => {
        if (members.get(wallet) !== payments) return
        members.delete(wallet)
        // What is in flight gets an end to count until.
        departed.set(
          wallet,
          payments().map((payment) => ({ ...payment, at: Math.min(payment.at, latest) })),
        )
      }
    },
  }

  function forget(before: number): void {
    for (const [wallet, payments] of departed) if (payments.every(({ at }) => at <= before)) departed.delete(wallet)
  }
}
