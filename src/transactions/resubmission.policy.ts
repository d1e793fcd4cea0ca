import type { Fees } from '../chain/port.ts'
import { max, min } from '../../machines/wei.ts'
import { FINALITY_DEPTH } from './finality.ts'
import { capFees, feeParts, scaleFee } from './fees.ts'

/** What the tracker knows of a transaction that has no receipt. Times in milliseconds since 1970. */
export type PendingTransaction = {
  nonce: number
  /** When this process first sent it, or signed its latest replacement. */
  since: number
  /** Its bytes are not sent again before then. */
  sendAgainAt: number
  /** How often this process sent it. */
  sends: number
  /** The node's answer to the last broadcast; null before the first. */
  answer: { reason: string } | null
  /** The latest block when its receipt became overdue; null before. */
  overdueSince: number | null
  /** Every hash it may be mined under; `raw` is null where only the wallet has the signed bytes. */
  attempts: readonly { raw: string | null }[]
}

export type ResubmissionFacts = {
  now: number
  blockTimeMs: number
  /** How many nonces of the wallet the chain has spent; null where the node was not asked, or did not answer. */
  spent: number | null
  /** Number of the latest block; null where the node was not asked, or did not answer. */
  head: number | null
  /** No other open transaction has a lower nonce: only this one can be mined next. */
  isLowest: boolean
}

export type ResubmissionAction =
  | 'wait'
  /** Send the same bytes again: the node may have lost them. */
  | 'rebroadcast'
  /** Sign the intent anew at the same nonce with higher fees, and send that. */
  | 'replace'
  /** The nonce is spent: ask the node which transaction took it. */
  | 'find-spender'

/** What a mined transaction that took the nonce means for the one that was to get it. */
export type SpenderFacts = {
  transactionHash: string
  /** It makes the same call with the same value: a wallet that speeds a transaction up signs it anew. */
  isSameCall: boolean
  /** No reorganisation is expected to take its block back. */
  isFinal: boolean
}

export type SpenderAction =
  /** Follow the transaction under the spender's hash. */
  | 'adopt'
  /** It can never be mined. */
  | 'abandon'
  /** The node lags behind its own receipts, or the spender's block may still be replaced. */
  | 'wait'

/** Without a receipt after this many blocks, the tracker also counts the nonces that are spent. */
const BLOCKS_UNTIL_OVERDUE = 2
/** Without a receipt after this many blocks, the tracker sends the same bytes again. */
const BLOCKS_UNTIL_RESEND = 3
/** After a broadcast that failed, the tracker tries again after this many blocks. */
const BLOCKS_AFTER_FAILURE = 1
const SHORTEST_RESEND_MS = 1_000
const LONGEST_RESEND_MS = 30_000
/** Without a receipt after this many blocks, the transaction is stuck: a replacement needs a higher fee. */
const BLOCKS_UNTIL_STUCK = 10
/** Blocks that must pass after its receipt became overdue: it was overdue after some blocks' time already. */
const BLOCKS_PASSED_UNTIL_STUCK = BLOCKS_UNTIL_STUCK - BLOCKS_UNTIL_OVERDUE
/** How often in a row a node must refuse a transaction for good: one refusal may come from a lagging replica. */
const REFUSALS_UNTIL_END = 2
/** Blocks for which a nonce must be missing from chain and pool before it counts as free. */
const BLOCKS_UNTIL_FREE = 3
const SHORTEST_STUCK_MS = 8_000
const LONGEST_STUCK_MS = 300_000

/** Nodes accept a replacement from 10 % more on; an eighth more leaves no doubt. */
const STEP = { times: 9n, over: 8n }
const LEAST_STEP = { times: 11n, over: 10n }
/** Past this many times what the chain asks, a higher fee does not get a transaction mined. */
const MOST = 10n

/** The resubmission policy: what to do about a transaction that has no receipt. */
export function resubmission(transaction: PendingTransaction, facts: ResubmissionFacts): ResubmissionAction {
  const { nonce, sendAgainAt, attempts } = transaction
  const { now, spent, isLowest } = facts
  if (spent !== null && spent > nonce) return 'find-spender'
  if (now < sendAgainAt || attempts.every(({ raw }) => raw === null)) return 'wait'
  if (!isLowest || isWaitingInLine(transaction)) return 'rebroadcast'
  if (isUnderpriced(transaction)) return 'replace'
  // While a nonce below is free or unknown, a higher fee does not get it mined.
  return spent === nonce && isStuck(transaction, facts) ? 'replace' : 'rebroadcast'
}

/** Its receipt is late: whether its nonce is spent is worth a request. */
export function isOverdue({ since }: PendingTransaction, { now, blockTimeMs }: Times): boolean {
  return now - since > resendMs(BLOCKS_UNTIL_OVERDUE, blockTimeMs)
}

/**
 * It was sent, and both time and blocks went by in which the chain could have taken it. On a chain that stands still no
 * transaction is stuck.
 */
export function isStuck(
  { sends, since, overdueSince }: PendingTransaction,
  { now, blockTimeMs, head }: Times & Pick<ResubmissionFacts, 'head'>,
): boolean {
  const isLate = now - since > clamp(blockTimeMs * BLOCKS_UNTIL_STUCK, SHORTEST_STUCK_MS, LONGEST_STUCK_MS)
  const passed = head === null || overdueSince === null ? 0 : head - overdueSince
  return sends > 0 && isLate && passed >= BLOCKS_PASSED_UNTIL_STUCK
}

/** The node refused it for its fee: a replacement need not wait. */
function isUnderpriced({ sends, answer }: PendingTransaction): boolean {
  return sends > 0 && answer?.reason === 'fee-too-low'
}

/** Most nodes take one transaction at a time from a wallet that is delegated by EIP-7702: the second one waits. */
function isWaitingInLine({ answer }: PendingTransaction): boolean {
  return answer?.reason === 'delegated-limit'
}

export type RefusalFacts = {
  nonce: number
  /** How often in a row the node refused it for good. */
  refusals: number
  /** How many nonces of the wallet the chain has spent; null where the node did not answer. */
  spent: number | null
  /** The node has one of its hashes, or did not say. */
  isKnown: boolean
  /** How long ago a node took it, or did not say whether it did, in blocks' time; null where none has. */
  blocksSinceTaken: number | null
}

/**
 * Whether a transaction that the node refuses for good ends: only where it is proven that its nonce was never taken, and long after
 * another node behind the same URL may have taken it.
 */
export function isRefusedForGood({ nonce, refusals, spent, isKnown, blocksSinceTaken }: RefusalFacts): boolean {
  const isGone = blocksSinceTaken === null || blocksSinceTaken >= FINALITY_DEPTH
  return refusals >= REFUSALS_UNTIL_END && !isKnown && isGone && spent !== null && spent <= nonce
}

/** Whether a gap below an open transaction is proven: its nonces were missing from chain and pool for some blocks. */
export function isGapProven({ since, head }: { since: number; head: number }): boolean {
  return head - since >= BLOCKS_UNTIL_FREE
}

/**
 * A nonce below the lowest open one is not spent: an own transaction that counts as mined may be in a block that a
 * reorganisation took back, and keeps this one from being mined.
 */
export function isBlockedBelow(lowest: PendingTransaction, facts: Times & { spent: number | null }): boolean {
  return facts.spent !== null && facts.spent < lowest.nonce && isOverdue(lowest, facts)
}

/** When the bytes that are sent now are due again. */
export function nextSendAt({ now, blockTimeMs }: Times): number {
  return now + resendMs(BLOCKS_UNTIL_RESEND, blockTimeMs)
}

/** The same after the broadcast failed: a node that refuses, or does not answer, may still have taken it. */
export function nextSendAfterFailure({ sendAgainAt }: PendingTransaction, { now, blockTimeMs }: Times): number {
  return Math.min(sendAgainAt, now + resendMs(BLOCKS_AFTER_FAILURE, blockTimeMs))
}

/** What to do about a transaction once the node names the one that took its nonce. */
export function spenderAction(
  attempts: readonly { hash: string; raw: string | null }[],
  spender: SpenderFacts,
): SpenderAction {
  if (attempts.some(({ hash }) => hash === spender.transactionHash)) return 'wait'
  // The journal has every hash that the lane signed: the same call under another one is another machine's payment.
  if (spender.isSameCall && attempts.every(({ raw }) => raw === null)) return 'adopt'
  // Without a hash only the wallet knows whether it was sent: the user says so with resolveIntent.
  return spender.isFinal && attempts.length > 0 ? 'abandon' : 'wait'
}

/**
 * Fees of a replacement: an eighth more than before, or what the chain asks now if that is more.
 *
 * @returns null when the cap, or ten times what the chain asks, leaves less than the tenth more that nodes demand
 */
export function replacementFees(before: Fees, now: Fees, cap: bigint | null): Fees | null {
  const asked = 'gasPrice' in now ? now.gasPrice : now.maxFeePerGas
  const most = asked * MOST
  const wanted =
    'gasPrice' in before
      ? { gasPrice: max(scaleFee(before.gasPrice, STEP), asked) }
      : {
          maxFeePerGas: max(scaleFee(before.maxFeePerGas, STEP), asked),
          maxPriorityFeePerGas: max(
            scaleFee(before.maxPriorityFeePerGas, STEP),
            'gasPrice' in now ? 0n : now.maxPriorityFeePerGas,
          ),
        }
  const next = capFees(wanted, cap === null ? most : min(cap, most))
  const previous = feeParts(before)
  const isEnough = feeParts(next).every((part, index) => part >= scaleFee(previous[index] ?? 0n, LEAST_STEP))
  return isEnough ? next : null
}

type Times = Pick<ResubmissionFacts, 'now' | 'blockTimeMs'>

function resendMs(blocks: number, blockTimeMs: number): number {
  return clamp(blockTimeMs * blocks, SHORTEST_RESEND_MS, LONGEST_RESEND_MS)
}

function clamp(ms: number, least: number, most: number): number {
  return Math.min(Math.max(ms, least), most)
}
