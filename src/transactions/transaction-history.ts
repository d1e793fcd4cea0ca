import { keyOf } from '../base/sub-account-key.ts'
import type { TransactionIndex } from './transaction-index.ts'
import type { TrackedTransaction, TransactionActor } from './tracked-transaction.ts'
import type { Intent, Receipt } from './intent.ts'
import { paymentOf } from './payments.ts'
import type { Payment } from './journal.types.ts'

export type TransactionHistoryOptions = {
  entries: Pick<TransactionIndex, 'all' | 'minedIn'>
  /** Decided on, and without a nonce yet. */
  preparing: ReadonlySet<Intent>
  /** Of entries that are forgotten. */
  paid: readonly Payment[]
}

/** What a lane has done so far, as plans and limits ask for it. */
export function createTransactionHistory({ entries, preparing, paid }: TransactionHistoryOptions) {
  const { all } = entries
  const mined = (from: number, to: number): TrackedTransaction[] =>
    entries.minedIn(from, to).filter(({ actor }) => isMined(actor))

  return {
    /** All that auto-funding sent, or may yet, as far back as it is remembered. What is on its way counts as of now. */
    payments: (): Payment[] => [
      ...paid,
      ...all.flatMap((entry) => paymentIn(entry) ?? []),
      // One that a wallet is being asked for is an entry already.
      ...[...preparing].flatMap((intent) =>
        all.some((entry) => entry.intent === intent) ? [] : (paymentOf(intent, null) ?? []),
      ),
    ],
    /** What mined transactions of this lane moved to sub-accounts in the blocks (from, to], by key. */
    paidIn(from: number, to: number): ReadonlyMap<string, bigint> {
      const sums = new Map<string, bigint>()
      for (const { intent } of mined(from, to)) {
        if (!intent.subAccount) continue
        const key = keyOf(intent.subAccount)
        sums.set(key, (sums.get(key) ?? 0n) + intent.amount)
      }
      return sums
    },
    /** What mined transactions of this lane did in the blocks (from, to]. */
    minedIn: (from: number, to: number): Intent[] => mined(from, to).map(({ intent }) => intent),
    /** The latest mined one that matches. What an earlier process saw mined has no gas any more. */
    lastMined(matches: (intent: Intent) => boolean): Receipt | null {
      const entry = all.findLast(({ intent, actor }) => isMined(actor) && matches(intent))
      const { hash = null, blockNumber = null, gasUsed = null } = entry?.actor.getSnapshot().context ?? {}
      if (hash === null || blockNumber === null) return null
      return { transactionHash: hash, blockNumber, gasUsed: BigInt(gasUsed ?? 0), status: 1, success: true }
    },
    retrieveOf,
    /** The block in which the retrieve of a claim was mined; null where it was not. */
    claimedIn: (id: string): number | null => retrieveOf(id)?.minedIn ?? null,
    /** Whether what a claim's retrieve has locked of a sub-account was put back. */
    isPutBack: (id: string, key: string): boolean =>
      all.some(
        ({ intent, actor }) =>
          intent.claim === id && intent.subAccount !== null && keyOf(intent.subAccount) === key && isMined(actor),
      ),
  }

  /** The retrieve of a claim, once it is mined. */
  function retrieveOf(id: string): TrackedTransaction | undefined {
    return all.find(
      ({ intent, actor }) => intent.claim === id && intent.call.method === 'retrieveFund' && isMined(actor),
    )
  }
}

export function paymentIn({ intent, actor }: TrackedTransaction): Payment | null {
  const snapshot = actor.getSnapshot()
  const { value } = snapshot
  const payment = value === 'superseded' || value === 'reverted' ? null : paymentOf(intent, null)
  // Decided on long ago, it may still be mined now, with all that was decided on since.
  return payment && snapshot.hasTag('open') ? { ...payment, at: Infinity } : payment
}

const isMined = (actor: TransactionActor): boolean => actor.getSnapshot().value === 'mined'
