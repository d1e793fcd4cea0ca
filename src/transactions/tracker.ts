import type { NodeRefusal } from '../../machines/transaction/transaction.types.ts'
import type { Clock } from '../base/clock.ts'
import { AbortedError } from '../base/errors.ts'
import type { Logger } from '../base/logger.ts'
import type { BroadcastAnswer } from '../chain/broadcast-answer.ts'
import type { MinedTransaction, TransactionPort } from '../chain/port.ts'
import { createFinality, type Finality } from './finality.ts'
import { createGapWatch } from './gap-watch.ts'
import type { Intent } from './intent.ts'
import type { Journal } from './journal.types.ts'
import { createNodeContact } from './node-contact.ts'
import { createOutcomes } from './outcomes.ts'
import { createPollDelay } from './poll-delay.ts'
import { findReceipt } from './receipts.ts'
import { createRecentReceipts, type ReceiptsPort, type RecentReceipts } from './recent-receipts.ts'
import type { OwnNonces } from './nonce-reading.policy.ts'
import { isBlockedBelow, isOverdue, resubmission, type ResubmissionFacts } from './resubmission.policy.ts'
import { createResubmitter } from './resubmitter.ts'
import { resolveRefusal } from './refusal.ts'
import { createRefusedWatch, type RefusedWatch } from './refused-watch.ts'
import { createRevertProof } from './revert-proof.ts'
import { resolveSpentNonce } from './spent-nonce.ts'
import type { TrackedTransaction, TrackedTransactionInput } from './tracked-transaction.ts'

export type TrackerOptions = {
  port: TransactionPort
  journal: Journal
  blockTimeMs: () => number
  /** Called with each receipt before its submitter gets it; with null when a reorganisation takes it back. */
  onMined: (transaction: TrackedTransaction, blockNumber: number | null) => void
  /** Called when the state of a transaction changes. */
  onChange: (transaction: TrackedTransaction) => void
  /** Called with a nonce that is proven free below an open transaction. */
  onGap: (nonce: number) => void
  /** Called with one that a node refused for good, and that is mined all the same. */
  onRevived: (transaction: TrackedTransactionInput) => void
  /** Called with nonces of the node's pool that the journal does not know. */
  onUnknown: (nonces: readonly number[]) => void
  /** Called with a nonce of the lane that another program's transaction has spent. */
  onForeign: (nonce: number) => void
  /** Called at each look at one of which only a person can tell what became of it. */
  onDoubt: () => void
  /** Nonces of the lane's transactions. */
  ownNonces: () => OwnNonces
  maxFeePerGas: bigint | null
  clock: Clock
  logger: Logger
}

/** Follows broadcast transactions to their outcome: receipts, resubmission, replacement, nonces spent by others. */
export type Tracker = {
  /** Transactions without an outcome. */
  open(): TrackedTransaction[]
  /** Whether transactions are open, or receipts so recent that a reorganisation may take them back. */
  isWatching(): boolean
  /** Whether one that matches did nothing so far, and may yet: a node refused it, or a reorganisation may undo its revert. */
  mayYetAct(matches: (intent: Intent) => boolean): boolean
  follow(transaction: TrackedTransaction): void
  /** A mined transaction of an earlier process, which a reorganisation may still take back. */
  watch(transaction: TrackedTransaction): void
  /** The same of one mined so long ago that its nonce count alone is compared. */
  watchOld(transaction: TrackedTransaction): void
  /** Those that a node refused for good, in an earlier process, too: another node may have one. */
  refused: Pick<RefusedWatch, 'add' | 'all'>
  /** A caller waits for these from now on: they keep the process alive, and the next look is soon. */
  attend(matches: (intent: Intent) => boolean): void
  /**
   * Checks recent receipts at a block of a node.
   *
   * @param timestamp of that block, in seconds, where a position of the wallet was read at it
   * @throws ReadError where it does not answer
   */
  confirm(blockNumber: number, port: ReceiptsPort, timestamp?: number): Promise<void>
  /** Gives a transaction up that can never be mined; its submitter gets a SupersededError. */
  abandon(transaction: TrackedTransaction, reason: string): Promise<void>
  /** Takes a transaction for mined by a person's word: the node does not have its receipt any more. */
  accept(transaction: TrackedTransaction, mined: MinedTransaction): Promise<void>
  /** Follows mined transactions whose receipts are gone, final ones of these too, and returns them. */
  recheck: RecentReceipts['recheck']
  /** Corrects the block of a mined transaction: a reorganisation may put it into another one. */
  locate(transaction: TrackedTransaction | undefined): Promise<void>
  isFinal: Finality['isFinal']
  /** Whether only a person can tell what became of one: a wallet alone knows, or no node shows what has spent its nonce for good. */
  isInDoubt(transaction: TrackedTransaction): boolean
  /** Whether the chain had the time to make a block final since a node counts the nonce of an open transaction as spent, at each look. */
  isSpentForGood(transaction: TrackedTransaction): boolean
  close(): void
}

export function createTracker(options: TrackerOptions): Tracker {
  const { journal, blockTimeMs, onMined, onChange, maxFeePerGas, clock, logger } = options
  const contact = createNodeContact(options.port, options)
  const { port } = contact
  const open = new Set<TrackedTransaction>()
  const [finality, spentNonces] = [createFinality(options), createFinality(options)]
  const recent = createRecentReceipts({ port, finality, onGone: (one) => outcomes.gone(one), onMoved: onMined })
  const outcomes = createOutcomes({
    ...options,
    port,
    open,
    recent,
    onRefused: (transaction) => refused.add(transaction),
    reopen: follow,
  })
  const refused = createRefusedWatch({
    finality: spentNonces,
    followed: () => [...open, ...recent.all()],
    onMined: outcomes.revived,
    onOver: outcomes.overtaken,
  })
  const resubmitter = createResubmitter({ port, journal, blockTimeMs, maxFeePerGas, onBroadcast, clock, logger })
  const provenReceipt = createRevertProof({ port, clock })
  const [gaps, pace] = [createGapWatch(options), createPollDelay(blockTimeMs, clock)]
  const isSpentForGood = (one: TrackedTransaction) => spentNonces.isFinal(one, { block: 'spent', depth: Infinity })
  const isInDoubt = (one: TrackedTransaction) => one.attempts.length === 0 || (isUnshown(one) && isSpentForGood(one))
  let [running, closed] = [false, false]

  return {
    open: () => [...new Set([...open, ...recent.going()])],
    isWatching: () => open.size + recent.all().length + refused.all().length > 0,
    mayYetAct: (matches) => mayYetAct([...refused.all(), ...recent.all().filter(isReverted)], matches),
    follow,
    watch: recent.add,
    watchOld: recent.addOld,
    refused,
    attend(matches) {
      for (const transaction of open) {
        if (!transaction.background || !matches(transaction.intent)) continue
        transaction.background = false
        pace.hurry()
      }
    },
    async confirm(blockNumber, from, timestamp) {
      await recent.confirm(blockNumber, from, timestamp)
      await refused.look(blockNumber, from)
    },
    abandon: outcomes.superseded,
    accept: outcomes.accepted,
    recheck: recent.recheck,
    locate: recent.locate,
    isFinal: finality.isFinal,
    isInDoubt,
    isSpentForGood,
    close() {
      closed = true
      pace.hurry()
      for (const transaction of open) transaction.settle.reject(leftOpen(transaction))
      for (const { actor } of [...open, ...recent.all()]) actor.stop()
      open.clear()
    },
  }

  function follow(transaction: TrackedTransaction): void {
    // The lane may close while the transaction is being recorded.
    if (closed) {
      transaction.actor.stop()
      transaction.settle.reject(leftOpen(transaction))
      return
    }
    open.add(transaction)
    void resubmit(transaction, { spent: null, head: null, isLowest: false }).catch(logFailure)
    pace.hurry()
    void run()
  }

  async function run(): Promise<void> {
    if (running) return
    running = true
    while (open.size > 0 && !closed) {
      try {
        await round()
      } catch (error) {
        logFailure(error)
      }
      contact.endRound()
      const idle = [...open].every(({ background }) => background)
      if (open.size > 0 && !closed) await pace.rest({ idle, slowdown: contact.slowdown() })
    }
    running = false
  }

  function logFailure(error: unknown): void {
    logger.warn({ err: error }, 'following transactions failed; the tracker tries again')
  }

  /** Asks for every receipt in one request, then does what the policy says about those without one. */
  async function round(): Promise<void> {
    const pending = [...open].toSorted((a, b) => a.nonce - b.nonce)
    const overdue = pending.filter((transaction) => isOverdue(transaction, times()))
    const [spent, head, ...receipts] = await Promise.all([
      overdue.length > 0 ? port.transactionCount('latest').catch(() => null) : null,
      overdue.length > 0 ? port.head().catch(() => null) : null,
      ...pending.map((transaction) => findReceipt(port, transaction)),
    ])
    for (const [index, transaction] of pending.entries()) {
      const mined = await provenReceipt(transaction, receipts[index] ?? null)
      if (mined) await outcomes.mined(transaction, mined)
    }
    for (const transaction of overdue) noteCount(transaction, { spent, head }, spentNonces)
    const left = pending.filter((transaction) => open.has(transaction))
    const [lowest] = left
    if (lowest && spent !== null && isBlockedBelow(lowest, { spent, ...times() })) {
      await recent.recheck(spent)
      await gaps.look({ spent, head })
    }
    await Promise.all(left.map((transaction, index) => resubmit(transaction, { spent, head, isLowest: index === 0 })))
  }

  function times() {
    return { now: clock.now(), blockTimeMs: blockTimeMs() }
  }

  async function resubmit(
    transaction: TrackedTransaction,
    facts: Pick<ResubmissionFacts, 'spent' | 'head' | 'isLowest'>,
  ): Promise<void> {
    const action = resubmission(transaction, { ...facts, ...times() })
    switch (action) {
      case 'find-spender':
        await resolveSpentNonce(transaction, { port, outcomes, finality, onForeign: options.onForeign, logger })
        return isInDoubt(transaction) ? options.onDoubt() : undefined
      case 'rebroadcast':
        await resubmitter.rebroadcast(transaction)
        return resolveRefusal(transaction, { port, outcomes, ...times() })
      case 'replace':
        await resubmitter.replace(transaction)
        return resolveRefusal(transaction, { port, outcomes, ...times() })
      case 'wait':
        return
    }
  }

  function onBroadcast(transaction: TrackedTransaction, hash: string): void {
    // After the lane closed, the next broker follows the transaction.
    if (closed) return
    transaction.actor.send({ type: 'sent', hash, refusal: refusalIn(transaction.answer) })
    onChange(transaction)
  }
}

/** Notes since when a transaction is overdue, and whether its nonce counts as spent. */
function noteCount(
  transaction: TrackedTransaction,
  { spent, head }: Pick<ResubmissionFacts, 'spent' | 'head'>,
  spentNonces: Finality,
): void {
  transaction.overdueSince ??= head
  if (spent === null) return
  const isSpent = spent > transaction.nonce
  transaction.isNonceSpent &&= isSpent
  spentNonces.isFinal(transaction, { block: isSpent ? 'spent' : 'free', depth: 0 })
}

/** An answer that says nothing is no refusal: the node may have taken the transaction. */
function refusalIn(answer: BroadcastAnswer | null): NodeRefusal | null {
  if (answer?.grade !== 'passing' && answer?.grade !== 'final') return null
  return { reason: answer.reason, message: answer.message }
}

const mayYetAct = (
  idle: readonly Pick<TrackedTransactionInput, 'intent'>[],
  matches: (intent: Intent) => boolean,
): boolean => idle.some(({ intent }) => matches(intent))

const isUnshown = ({ isNonceSpent, isUnshown: isSo }: TrackedTransaction): boolean => isNonceSpent && isSo

const isReverted = ({ actor }: TrackedTransaction): boolean => actor.getSnapshot().value === 'reverted'

/** The caller waits no longer for a transaction that is in the journal. */
export function leftOpen({ id, attempts }: TrackedTransaction): AbortedError {
  return new AbortedError('The broker was closed before the transaction was mined.', {
    transaction: attempts.at(-1)?.hash ?? id,
    do: 'the next broker of this wallet follows it to its end',
  })
}
