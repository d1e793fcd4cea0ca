import type { TransactionPort } from '../chain/port.ts'
import { FINALITY_DEPTH } from './finality.ts'
import type { TrackedTransaction } from './tracked-transaction.ts'

/** What a node shows of a transaction without an outcome, whatever the words are in which it refuses the rest. */
export type Trace =
  /** Its end comes without a person: its nonce is free, or not spent for long, or spent by what the node names, or its receipt is there. */
  | 'followed'
  /** The node has the transaction, and not its receipt. */
  | 'known'
  /** Its nonce is spent for good, the node has no receipt under any of its hashes, and cannot show what spent it. */
  | 'none'
  /** The node fails for its receipt, or for what spent its nonce, which proves nothing. */
  | 'unanswered'
  /** The node fails for the count of nonces as well. */
  | 'silent'

export type TracePort = Pick<TransactionPort, 'mined' | 'knows' | 'transactionCount' | 'spender' | 'head'>

export type TraceOptions = {
  port: TracePort
  /** Whether each look so far, for as long as a block takes to be final, has found the nonce spent. */
  isSpentForGood: (transaction: TrackedTransaction) => boolean
}

/** Looks for a transaction by all that a node can be asked. */
export async function traceOf(transaction: TrackedTransaction, { port, isSpentForGood }: TraceOptions): Promise<Trace> {
  const { attempts, nonce, overdueSince } = transaction
  // Until its receipt is overdue, the node may only lag.
  if (overdueSince === null) return 'followed'
  const hashes = attempts.map(({ hash }) => hash)
  const [counts, receipts, known, spender] = await Promise.all([
    countsOf(port).catch(() => null),
    Promise.allSettled(hashes.map((hash) => port.mined(hash))),
    Promise.allSettled(hashes.map((hash) => port.knows(hash))),
    port.spender(nonce).catch(() => 'unanswered' as const),
  ])
  if (receipts.some((one) => one.status === 'fulfilled' && one.value !== null)) return 'followed'
  if (!counts) return 'silent'
  if (counts.some((count) => count <= nonce) || !isSpentForGood(transaction)) return 'followed'
  if (spender === 'unanswered' || receipts.some(({ status }) => status === 'rejected')) return 'unanswered'
  if (spender === null) return 'followed'
  const isShown = spender !== 'not-kept' && spender.transactionHash !== null
  if (isShown && !hashes.includes(spender.transactionHash)) return 'followed'
  // A node that is still indexing its transactions does not say.
  return isShown || known.some((one) => one.status === 'fulfilled' && one.value) ? 'known' : 'none'
}

/** The nonce count, and that as of a block deep enough to be final where the node keeps it. */
async function countsOf(port: Pick<TracePort, 'head' | 'transactionCount'>): Promise<number[]> {
  const below = async (): Promise<number[]> => [
    await port.transactionCount(Math.max(0, (await port.head()) - FINALITY_DEPTH)),
  ]
  const [latest, final] = await Promise.all([port.transactionCount('latest'), below().catch(() => [])])
  return [latest, ...final]
}
