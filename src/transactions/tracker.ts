import type { Clock } from '../base/clock.ts'
import { ContractError, TransactionRevertedError } from '../base/contract-errors.ts'
import type { MinedTransaction, TransactionPort } from '../chain/port.ts'
import { AbortedError, SupersededError } from '../base/errors.ts'
import { FINALITY_DEPTH } from '../base/finality.ts'
import type { Logger } from '../base/logger.ts'
import type { Attempt, TrackedTransaction } from './tracked-transaction.ts'
import { bumped } from './fees.ts'
import type { Intent } from './intent.ts'
import type { Journal } from './journal.types.ts'
import { createPollDelay } from './poll-delay.ts'

export type TrackerOptions = {
  port: TransactionPort
  journal: Journal
  blockTimeMs: () => number
  /** Hears of each receipt before whoever waits for it; null when a reorganisation takes it back. */
  onMined: (entry: TrackedTransaction, blockNumber: number | null) => void
  /** Hears that the state of an entry changed. */
  onChange: (entry: TrackedTransaction) => void
  maxFeePerGas: bigint | null
  clock: Clock
  logger: Logger
}

/** Without a receipt after this many blocks, whether the nonce was spent is asked too. */
const BLOCKS_TO_DOUBT = 2
/** Without a receipt the same bytes are sent again after this many blocks: the node may have lost them. */
const BLOCKS_TO_RESEND = 3
const SHORTEST_RESEND_MS = 1_000
const LONGEST_RESEND_MS = 30_000
/** And after this many with a higher fee. */
const BLOCKS_TO_REPLACE = 10
const SHORTEST_STUCK_MS = 8_000
const LONGEST_STUCK_MS = 300_000

/** Follows what was broadcast until its outcome is known: sends it again, raises its fee, notices its end. */
export function createTracker(options: TrackerOptions) {
  const { port, journal, blockTimeMs, onMined, onChange, maxFeePerGas, clock, logger } = options
  const open = new Set<TrackedTransaction>()
  /** Mined of late: a reorganisation may take them back. */
  const recent = new Set<TrackedTransaction>()
  const pace = createPollDelay(blockTimeMs, clock)
  let running = false
  let closed = false

  return {
    open: (): TrackedTransaction[] => [...open],
    follow,
    /** An entry of the past that may still be taken back. */
    watch: (entry: TrackedTransaction): void => void recent.add(entry),
    /** Somebody waits for these from now on. */
    attend(matches: (intent: Intent) => boolean): void {
      for (const entry of open) {
        if (!entry.background || !matches(entry.intent)) continue
        entry.background = false
        pace.hurry()
      }
    },
    confirm,
    abandon,
    /** A reorganisation may have mined it anew in another block, which the count of nonces does not tell. */
    async locate(entry: TrackedTransaction | undefined): Promise<void> {
      const mined = entry && (await minedOf(entry))
      if (mined && entry.minedIn !== null && mined.blockNumber !== entry.minedIn) onMined(entry, mined.blockNumber)
    },
    close(): void {
      closed = true
      pace.hurry()
      for (const entry of open) entry.settle.reject(leftOpen(entry))
      for (const { actor } of [...open, ...recent]) actor.stop()
      open.clear()
    },
  }

  function follow(entry: TrackedTransaction): void {
    // The lane may have been closed while this was being recorded.
    if (closed) {
      entry.actor.stop()
      entry.settle.reject(leftOpen(entry))
      return
    }
    open.add(entry)
    void sendAgain(entry, false)
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
        logger.warn({ err: error }, 'following transactions failed; going on')
      }
      if (open.size > 0 && !closed) await pace.rest([...open].every(({ background }) => background))
    }
    running = false
  }

  /** Looks at everything that is open, in one request, and does what is due. */
  async function round(): Promise<void> {
    const entries = [...open].toSorted((a, b) => a.nonce - b.nonce)
    // While receipts are not overdue, that they are missing says enough.
    const isOverdue = entries.some(({ since }) => clock.now() - since > restMs(BLOCKS_TO_DOUBT))
    const [spent, ...found] = await Promise.all([isOverdue ? countSpent() : null, ...entries.map(minedOf)])
    for (const [index, entry] of entries.entries()) {
      const mined = found[index]
      if (mined) await conclude(entry, mined)
    }
    const left = entries.filter((entry) => open.has(entry))
    const [lowest] = left
    // What keeps it waiting may be one of ours below it, in a block that is gone.
    if (lowest && spent !== null && spent < lowest.nonce && isStuck(lowest)) {
      const below = [...recent].filter(({ nonce }) => nonce >= spent)
      // A node that lags behind still has their receipts, or gets them soon.
      for (const entry of below) if ((await minedOf(entry)) === null) await takeBack(entry)
    }
    await Promise.all(
      left.map((entry, index) =>
        spent !== null && spent > entry.nonce ? investigate(entry) : sendAgain(entry, index === 0),
      ),
    )
  }

  async function countSpent(): Promise<number | null> {
    try {
      return await port.transactionCount('latest')
    } catch {
      return null
    }
  }

  /** Some nodes answer with an error for a receipt that they do not have yet. */
  async function minedOf({ attempts }: TrackedTransaction): Promise<MinedTransaction | null> {
    const answers = await Promise.allSettled(attempts.map(({ hash }) => port.mined(hash)))
    return (
      answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : null)).find((one) => one !== null) ?? null
    )
  }

  async function conclude(entry: TrackedTransaction, mined: MinedTransaction): Promise<void> {
    const { transactionHash: hash, blockNumber, gasUsed, status } = mined
    const error = status === 1 ? null : await revertedBecause(entry, mined)
    await noted({ type: 'mined', id: entry.id, hash, blockNumber, status })
    if (!open.delete(entry)) return
    // A spent nonce proves those below it.
    forget(entry.nonce, blockNumber)
    recent.add(entry)
    onMined(entry, blockNumber)
    const outcome = { hash, blockNumber, gasUsed: `${gasUsed}` as const }
    // The chain may be quicker than the answer to a broadcast.
    entry.actor.send({ type: 'sent', hash })
    if (error) entry.actor.send({ type: 'receipt.reverted', ...outcome, reason: error.errorName })
    else entry.actor.send({ type: 'receipt.succeeded', ...outcome })
    onChange(entry)
    if (error) entry.settle.reject(error)
    else entry.settle.resolve({ ...mined, success: true })
  }

  async function revertedBecause(
    { intent }: TrackedTransaction,
    mined: MinedTransaction,
  ): Promise<TransactionRevertedError> {
    const replayed = await port.replay(intent.call, mined.blockNumber).catch(() => null)
    const reason = replayed instanceof ContractError ? replayed : { errorName: 'no reason', errorArgs: {} }
    const { errorName, errorArgs } = reason
    return new TransactionRevertedError({ operation: intent.call.method, errorName, errorArgs }, mined)
  }

  /** The nonce is spent and no receipt is known: either the node lags, or somebody else spent it. */
  async function investigate(entry: TrackedTransaction): Promise<void> {
    const spender = await port.spender(entry.nonce)
    if (!spender || entry.attempts.some(({ hash }) => hash === spender.transactionHash)) return
    // Wallets that are asked to speed a transaction up sign it anew: what it is told by is what it does.
    if (port.isCall(spender, entry.intent.call)) {
      const { transactionHash: hash } = spender
      await noted({ type: 'sent', id: entry.id, hash })
      entry.attempts.push({ hash, raw: null, fees: { gasPrice: 0n } })
      entry.actor.send({ type: 'sent', hash })
    } else if (spender.depth >= FINALITY_DEPTH && entry.attempts.length > 0) {
      await abandon(entry, `nonce ${entry.nonce} was spent by ${spender.transactionHash}`)
    }
  }

  /** It can never be mined any more: whoever waits may decide anew. */
  async function abandon(entry: TrackedTransaction, reason: string): Promise<void> {
    await journal.append({ type: 'superseded', id: entry.id, reason })
    if (!open.delete(entry)) return
    entry.actor.send({ type: 'nonce.taken', reason })
    logger.warn({ id: entry.id, operation: entry.intent.call.method, reason }, 'transaction superseded')
    onChange(entry)
    entry.settle.reject(new SupersededError({ operation: entry.intent.call.method, reason }))
  }

  async function sendAgain(entry: TrackedTransaction, isFirst: boolean): Promise<void> {
    const now = clock.now()
    const last = entry.attempts.findLast(({ raw }) => raw !== null)
    if (now < entry.sendAgainAt || !last) return
    const attempt = isFirst && isStuck(entry) ? await raisedOr(entry, last) : last
    entry.sends += 1
    entry.sendAgainAt = now + restMs(BLOCKS_TO_RESEND)
    await broadcast(entry, attempt)
  }

  function isStuck({ sends, since }: TrackedTransaction): boolean {
    return sends > 0 && clock.now() - since > stuckAfterMs()
  }

  /** A node that refuses, or does not answer, may still have taken it: only the chain tells. */
  async function broadcast(entry: TrackedTransaction, { raw, hash }: Attempt): Promise<void> {
    try {
      if (raw !== null) await port.broadcast(raw)
    } catch (error) {
      entry.sendAgainAt = Math.min(entry.sendAgainAt, clock.now() + restMs(1))
      logger.debug(
        { err: error, id: entry.id, transaction: hash },
        'broadcast failed; it may have arrived all the same',
      )
    }
    // After the end it is for the next broker to follow.
    if (closed) return
    entry.actor.send({ type: 'sent', hash })
    onChange(entry)
  }

  /** Without a higher fee what is signed goes on being sent: the node may have lost it. */
  async function raisedOr(entry: TrackedTransaction, last: Attempt): Promise<Attempt> {
    try {
      return (await raiseFee(entry, last)) ?? last
    } catch (error) {
      logger.warn({ err: error, id: entry.id, nonce: entry.nonce }, 'transaction stuck; its fee could not be raised')
      return last
    }
  }

  /** The same intent at the same nonce, in the journal before it is sent; null where the cap allows no more. */
  async function raiseFee(entry: TrackedTransaction, last: Attempt): Promise<Attempt | null> {
    const fees = bumped(last.fees, await port.fees(), maxFeePerGas)
    if (!fees || !port.sign) {
      logger.warn({ id: entry.id, nonce: entry.nonce }, 'transaction stuck; its fee is raised no further')
      return null
    }
    const { nonce, gasLimit, intent } = entry
    const signed = await port.sign(intent.call, { nonce, gasLimit, fees })
    await journal.append({ type: 'replaced', id: entry.id, fees, signed })
    const attempt = { ...signed, fees }
    entry.attempts.push(attempt)
    entry.since = clock.now()
    entry.actor.send({ type: 'replaced', hash: signed.hash })
    logger.info({ id: entry.id, nonce, transaction: signed.hash }, 'transaction stuck; sent again with a higher fee')
    return attempt
  }

  /**
   * Whether every recent receipt still holds at this block; those that do not are open again. To be called between
   * reading a position and deciding on it.
   *
   * @throws when the node cannot be asked: then nothing may be decided
   */
  async function confirm(blockNumber: number): Promise<void> {
    if (recent.size === 0) return
    const spent = await port.transactionCount(blockNumber)
    forget(spent, blockNumber)
    // A receipt that came meanwhile may be of a later block: this one says nothing about it.
    for (const entry of recent) if (entry.nonce >= spent && (entry.minedIn ?? 0) <= blockNumber) await takeBack(entry)
  }

  /** What is final: its nonce is spent as of a block that lies far enough above it. */
  function forget(spent: number, blockNumber: number): void {
    for (const entry of recent)
      if (entry.nonce < spent && blockNumber - (entry.minedIn ?? 0) > FINALITY_DEPTH) recent.delete(entry)
  }

  /** It was mined of late, and its nonce is free again. */
  async function takeBack(entry: TrackedTransaction): Promise<void> {
    recent.delete(entry)
    await noted({ type: 'unmined', id: entry.id })
    onMined(entry, null)
    entry.sends = 0
    entry.sendAgainAt = entry.since = clock.now()
    entry.background = true
    entry.actor.send({ type: 'receipt.gone' })
    logger.warn({ id: entry.id, nonce: entry.nonce }, 'receipt gone in a reorganisation; sending it again')
    follow(entry)
    onChange(entry)
  }

  /** What the chain shows anyway need not be on disk to be true. */
  async function noted(record: Parameters<Journal['append']>[0]): Promise<void> {
    try {
      await journal.append(record)
    } catch (error) {
      logger.error({ err: error, id: record.id }, 'the journal could not be written; the chain still holds the outcome')
    }
  }

  function restMs(blocks: number): number {
    return Math.min(Math.max(blockTimeMs() * blocks, SHORTEST_RESEND_MS), LONGEST_RESEND_MS)
  }

  function stuckAfterMs(): number {
    return Math.min(Math.max(blockTimeMs() * BLOCKS_TO_REPLACE, SHORTEST_STUCK_MS), LONGEST_STUCK_MS)
  }
}

function leftOpen({ id, attempts }: TrackedTransaction): AbortedError {
  return new AbortedError('The broker was closed before the transaction was mined.', {
    transaction: attempts.at(-1)?.hash ?? id,
    do: 'the next broker of this wallet follows it to its end',
  })
}
