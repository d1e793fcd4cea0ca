import { latestOf, type KnownBlock } from '../base/known-block.ts'
import type { Members } from '../base/sparse.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import { isReclaim, type Intent, type Receipt } from './intent.ts'
import type { DepositPayment, Payment } from './journal.types.ts'
import { depositOf, paymentOf, type PaymentMemory } from './payments.ts'
import type { TrackedTransaction, TransactionActor } from './tracked-transaction.ts'
import type { TransactionIndex } from './transaction-index.ts'

export type TransactionHistoryOptions = {
  index: Pick<TransactionIndex, 'all' | 'minedIn'>
  /** Intents without a nonce yet. */
  preparing: Members<Intent>
  /** Payments of transactions that the index has forgotten. */
  memory: Pick<PaymentMemory, 'all' | 'deposits'>
}

/** A request for the idle money of a sub-account, and when auto-funding decided on it, in seconds of block time. */
export type Reclaim = SubAccountId & { at: number }

/** What a lane has done so far, as plans, limits and claims ask for it. */
export type TransactionHistory = {
  /** What auto-funding paid, or may yet, as far back as the lane remembers. What is in flight counts as of now. */
  payments(): Payment[]
  /** The same for what auto-deposit sent into a ledger. */
  deposits(): DepositPayment[]
  /** When idle money was asked back, or may yet be: from each sub-account, oldest first, in seconds of block time. */
  reclaims(): Reclaim[]
  /** What mined transactions moved to sub-accounts in the blocks (from, to], by the key of the sub-account. */
  paidIn(from: number, to: number): ReadonlyMap<string, bigint>
  /** Intents that were mined in the blocks (from, to]. */
  minedIn(from: number, to: number): Intent[]
  /** The latest mined transaction that matches. Of one that an earlier process saw mined, the gas is unknown: 0. */
  lastMined(matches: (intent: Intent) => boolean): Receipt | null
  /** The block of the first mined transaction that matches; null where none is mined. */
  minedBlock(matches: (intent: Intent) => boolean): number | null
  /** The latest block at which auto-funding or auto-deposit decided to send; null without one. */
  knownBlock(): KnownBlock | null
  /** The newest block with a transaction of the lane; null where none is mined. */
  latestBlock(): number | null
}

export function createTransactionHistory(options: TransactionHistoryOptions): TransactionHistory {
  return new RememberedHistory(options)
}

class RememberedHistory implements TransactionHistory {
  readonly #options: TransactionHistoryOptions
  #decided: { last: TrackedTransaction | undefined; payments: number; latest: KnownBlock | null } | null = null

  constructor(options: TransactionHistoryOptions) {
    this.#options = options
  }

  payments(): Payment[] {
    return this.#sent(this.#options.memory.all, paymentOf)
  }

  deposits(): DepositPayment[] {
    return this.#sent(this.#options.memory.deposits, depositOf)
  }

  reclaims(): Reclaim[] {
    return this.#all.flatMap(({ intent, actor }) => (pays(actor) ? reclaimsOf(intent) : []))
  }

  paidIn(from: number, to: number): ReadonlyMap<string, bigint> {
    const mined = this.#mined(from, to)
    if (mined.length === 0) return NOTHING_PAID
    const sums = new Map<string, bigint>()
    for (const { intent } of mined) {
      if (!intent.subAccount) continue
      const key = keyOf(intent.subAccount)
      sums.set(key, (sums.get(key) ?? 0n) + intent.amount)
    }
    return sums
  }

  minedIn(from: number, to: number): Intent[] {
    return this.#mined(from, to).map(({ intent }) => intent)
  }

  lastMined(matches: (intent: Intent) => boolean): Receipt | null {
    const last = this.#all.findLast((transaction) => isMined(transaction) && matches(transaction.intent))
    const { hash = null, blockNumber = null, gasUsed = null } = last?.actor.getSnapshot().context ?? {}
    if (hash === null || blockNumber === null) return null
    return { transactionHash: hash, blockNumber, gasUsed: BigInt(gasUsed ?? 0), status: 1, success: true }
  }

  minedBlock(matches: (intent: Intent) => boolean): number | null {
    return findMined(this.#all, matches)?.minedIn ?? null
  }

  knownBlock(): KnownBlock | null {
    const { all, deposits } = this.#options.memory
    const last = this.#all.at(-1)
    const payments = all.length + deposits.length
    const known = this.#decided
    // Asked at each reading, by each broker of a fleet.
    if (known && known.last === last && known.payments === payments) return known.latest
    const latest = latestOf([...[...all, ...deposits].map(timeOf), ...this.#all.map(decisionOf)])
    this.#decided = { last, payments, latest }
    return latest
  }

  latestBlock(): number | null {
    return this.#options.index.minedIn(-1, Infinity).at(-1)?.minedIn ?? null
  }

  get #all(): readonly TrackedTransaction[] {
    return this.#options.index.all
  }

  #mined(from: number, to: number): TrackedTransaction[] {
    return this.#options.index.minedIn(from, to).filter(isMined)
  }

  #sent<T extends { at: number }>(
    forgotten: readonly T[],
    read: (intent: Intent, notBefore: number | null) => T | null,
  ): T[] {
    const all = this.#all
    return [
      ...forgotten,
      ...all.flatMap((transaction) => paidBy(transaction, read) ?? []),
      // While a wallet is asked to send an intent, the intent is in the index already.
      ...[...this.#options.preparing].flatMap((intent) =>
        all.some((transaction) => transaction.intent === intent) ? [] : (read(intent, null) ?? []),
      ),
    ]
  }
}

/** Of most stretches of blocks. */
const NOTHING_PAID: ReadonlyMap<string, bigint> = new Map()

/** Of a payment that is compacted only the time is left. */
function timeOf({ at }: { at: number }): KnownBlock {
  return { number: null, timestamp: at, aheadMs: null }
}

function decisionOf({ intent, at }: TrackedTransaction): KnownBlock | null {
  const { decidedAt, asOf } = intent
  return decidedAt === null ? null : { number: asOf ?? null, timestamp: decidedAt, aheadMs: 1_000 * decidedAt - at }
}

function reclaimsOf(intent: Intent): Reclaim[] {
  const { touches, decidedAt } = intent
  return isReclaim(intent) ? touches.map((id) => ({ ...id, at: decidedAt ?? 0 })) : []
}

/** The first mined transaction that matches. */
export function findMined(
  all: readonly TrackedTransaction[],
  matches: (intent: Intent) => boolean,
): TrackedTransaction | undefined {
  return all.find((transaction) => matches(transaction.intent) && isMined(transaction))
}

/** What a transaction pays; null where it pays nothing. */
function paidBy<T extends { at: number }>(
  { intent, actor, notBefore }: TrackedTransaction,
  read: (intent: Intent, notBefore: number | null) => T | null,
): T | null {
  const payment = pays(actor) ? read(intent, notBefore) : null
  // However long ago it was decided on, it may be mined now, together with every later payment.
  return payment && actor.getSnapshot().hasTag('open') ? { ...payment, at: Infinity } : payment
}

/** Whether a transaction has paid, or may yet. */
export const pays = (actor: TransactionActor): boolean => !UNPAID.has(String(actor.getSnapshot().value))

/** States in which a transaction pays nothing. */
const UNPAID: ReadonlySet<string> = new Set(['superseded', 'reverted', 'refused'])

const isMined = ({ actor }: TrackedTransaction): boolean => actor.getSnapshot().value === 'mined'
