import { keyOf } from '../base/sub-account-key.ts'
import type { Intent, Receipt } from './intent.ts'
import type { Payment } from './journal.types.ts'
import { paymentOf } from './payments.ts'
import type { TrackedTransaction, TransactionActor } from './tracked-transaction.ts'
import type { TransactionIndex } from './transaction-index.ts'

export type TransactionHistoryOptions = {
  index: Pick<TransactionIndex, 'all' | 'minedIn'>
  /** Intents without a nonce yet. */
  preparing: ReadonlySet<Intent>
  /** Payments of transactions that the index has forgotten. */
  paid: readonly Payment[]
}

/** What a lane has done so far, as plans, limits and claims ask for it. */
export type TransactionHistory = {
  /** What auto-funding paid, or may yet, as far back as the lane remembers. What is in flight counts as of now. */
  payments(): Payment[]
  /** What mined transactions moved to sub-accounts in the blocks (from, to], by the key of the sub-account. */
  paidIn(from: number, to: number): ReadonlyMap<string, bigint>
  /** Intents that were mined in the blocks (from, to]. */
  minedIn(from: number, to: number): Intent[]
  /** The latest mined transaction that matches. Of one that an earlier process saw mined, the gas is unknown: 0. */
  lastMined(matches: (intent: Intent) => boolean): Receipt | null
  /** The block of the first mined transaction that matches; null where none is mined. */
  minedBlock(matches: (intent: Intent) => boolean): number | null
}

export function createTransactionHistory({ index, preparing, paid }: TransactionHistoryOptions): TransactionHistory {
  const { all } = index
  const mined = (from: number, to: number): TrackedTransaction[] => index.minedIn(from, to).filter(isMined)

  return {
    payments: () => [
      ...paid,
      ...all.flatMap((transaction) => paymentIn(transaction) ?? []),
      // While a wallet is asked to send an intent, the intent is in the index already.
      ...[...preparing].flatMap((intent) =>
        all.some((transaction) => transaction.intent === intent) ? [] : (paymentOf(intent, null) ?? []),
      ),
    ],
    paidIn(from, to) {
      const sums = new Map<string, bigint>()
      for (const { intent } of mined(from, to)) {
        if (!intent.subAccount) continue
        const key = keyOf(intent.subAccount)
        sums.set(key, (sums.get(key) ?? 0n) + intent.amount)
      }
      return sums
    },
    minedIn: (from, to) => mined(from, to).map(({ intent }) => intent),
    lastMined(matches) {
      const last = all.findLast((transaction) => isMined(transaction) && matches(transaction.intent))
      const { hash = null, blockNumber = null, gasUsed = null } = last?.actor.getSnapshot().context ?? {}
      if (hash === null || blockNumber === null) return null
      return { transactionHash: hash, blockNumber, gasUsed: BigInt(gasUsed ?? 0), status: 1, success: true }
    },
    minedBlock: (matches) => findMined(all, matches)?.minedIn ?? null,
  }
}

/** The first mined transaction that matches. */
export function findMined(
  all: readonly TrackedTransaction[],
  matches: (intent: Intent) => boolean,
): TrackedTransaction | undefined {
  return all.find((transaction) => matches(transaction.intent) && isMined(transaction))
}

/** The payment that a transaction makes; null where it makes none. */
export function paymentIn({ intent, actor }: { intent: Intent; actor: TransactionActor }): Payment | null {
  const snapshot = actor.getSnapshot()
  const { value } = snapshot
  const payment = UNPAID.has(String(value)) ? null : paymentOf(intent, null)
  // However long ago it was decided on, it may be mined now, together with every later payment.
  return payment && snapshot.hasTag('open') ? { ...payment, at: Infinity } : payment
}

/** States in which a transaction pays nothing. */
const UNPAID: ReadonlySet<string> = new Set(['superseded', 'reverted', 'refused'])

const isMined = ({ actor }: TrackedTransaction): boolean => actor.getSnapshot().value === 'mined'
