import { ReadError } from '../base/errors.ts'
import type { TransactionPort } from '../chain/port.ts'
import { createBlockCheck, isSameOutcome } from './block-check.ts'
import { OLD_DEPTH, type Finality } from './finality.ts'
import { findReceipt } from './receipts.ts'
import type { TrackedTransaction } from './tracked-transaction.ts'

/**
 * The block of a transaction that is mined by a person's word: no node shows the real one, and what a node says of its head must not keep
 * readings from being taken.
 */
export const GIVEN_BLOCK = 0

/** So many contradictions in a row are given up to. */
const MOST_CONTRADICTIONS = 3

/** A lane without readings remembers so many. */
const REMEMBERED = 1_000

/** What is asked of a node about receipts. */
export type ReceiptsPort = Pick<TransactionPort, 'mined' | 'transactionCount' | 'blockHash'>

export type RecentReceiptsOptions = {
  /** Of the lane. A reading is confirmed by the node that it is from. */
  port: Pick<TransactionPort, 'mined'>
  finality: Finality
  /** Called for each transaction whose receipt is gone, one after another. */
  onGone: (transaction: TrackedTransaction) => Promise<void>
  /** Called for each transaction that a reorganisation has moved into another block. */
  onMoved: (transaction: TrackedTransaction, blockNumber: number) => void
}

/** Transactions mined so recently that a reorganisation may take their receipts back. */
export type RecentReceipts = {
  add(transaction: TrackedTransaction): void
  /** One mined so long ago, or by a person's word: its nonce count alone is compared. */
  addOld(transaction: TrackedTransaction): void
  /** With those that are going. */
  all(): TrackedTransaction[]
  /** Those whose receipt is gone, until `onGone` has followed them again: they are in flight. */
  going(): TrackedTransaction[]
  /** @param timestamp block time in seconds, where a position of the wallet was read at it */
  confirm(blockNumber: number, from: ReceiptsPort, timestamp?: number): Promise<void>
  /** Block time in seconds of the last reading that was confirmed; null before the first. */
  readAt(): number | null
  /** Corrects the block of a mined transaction, and takes its outcome back where its receipt says another one now. */
  locate(transaction: TrackedTransaction | undefined): Promise<void>
  /**
   * Asks for the receipts again whose nonces the chain does not count as spent.
   *
   * @param final to be asked for with the recent ones: a reorganisation may be deeper than any that is expected
   * @returns those whose receipts are gone, and which `onGone` has followed
   */
  recheck(spent: number, final?: readonly TrackedTransaction[]): Promise<TrackedTransaction[]>
}

export function createRecentReceipts({ port, finality, onGone, onMoved }: RecentReceiptsOptions): RecentReceipts {
  const recent = new Set<TrackedTransaction>()
  /** What `onGone` works on: each caller that finds the receipt gone waits for the same end. */
  const going = new Map<TrackedTransaction, Promise<void>>()
  const old = new WeakSet<TrackedTransaction>()
  let readAt: number | null = null
  const blocks = createBlockCheck({ onGone: drop, onMoved })

  return {
    add,
    addOld(transaction) {
      old.add(transaction)
      add(transaction)
    },
    all: () => [...new Set([...recent, ...going.keys()])],
    going: () => [...going.keys()],
    async locate(transaction) {
      const mined = transaction && (await findReceipt(port, transaction))
      // The count of nonces does not tell that it was mined anew in another block.
      const isMoved = mined && transaction.minedIn !== null && mined.blockNumber !== transaction.minedIn
      if (!isMoved) return
      if (isSameOutcome(transaction, mined)) onMoved(transaction, mined.blockNumber)
      else await drop(transaction)
    },
    /**
     * Checks that every recent receipt still holds at this block. The broker calls it between reading a position and
     * deciding on it.
     *
     * @throws ReadError when the node does not answer: then the broker must not decide on that position
     */
    async confirm(blockNumber, from, timestamp) {
      if (recent.size > 0) await confirmAll(blockNumber, from)
      // Another reading, or the tracker, may have found a receipt gone: the position is decided on once it is followed again.
      await Promise.all(going.values())
      if (timestamp === undefined) return
      readAt = timestamp
      for (const one of recent) if ((one.minedIn ?? Infinity) <= blockNumber) one.notBefore ??= timestamp
    },
    readAt: () => readAt,
    async recheck(spent, final = []) {
      // What is mined by a person's word has no receipt.
      for (const one of final) if (!going.has(one) && one.minedIn !== GIVEN_BLOCK) add(one)
      const unspent = [...recent].filter(({ nonce }) => nonce >= spent)
      // A node that lags behind still has the receipt, or gets it soon.
      for (const transaction of unspent) if ((await findReceipt(port, transaction)) === null) await drop(transaction)
      return unspent.filter((one) => !recent.has(one))
    },
  }

  async function confirmAll(blockNumber: number, from: ReceiptsPort): Promise<void> {
    const spent = await from.transactionCount(blockNumber)
    const below = [...recent].filter((one) => one.nonce < spent && (one.minedIn ?? 0) <= blockNumber)
    const certain = await blocks.check(
      below.filter((one) => !old.has(one)),
      from,
    )
    for (const transaction of below) if (isFinal(transaction, blockNumber, certain)) recent.delete(transaction)
    for (const transaction of recent) {
      // The tracker may have found a receipt meanwhile: an earlier block says nothing about it.
      const isOfThisBlock = (transaction.minedIn ?? 0) <= blockNumber
      if (transaction.nonce < spent) transaction.contradictions = 0
      else if (isOfThisBlock) await dropUnlessMined(transaction, blockNumber, from)
    }
  }

  function add(transaction: TrackedTransaction): void {
    recent.add(transaction)
    const [oldest] = recent
    if (oldest && recent.size > REMEMBERED) recent.delete(oldest)
  }

  /**
   * Whether no reorganisation can take it back: this look found it in its block, or the block is old, and the node does not show it any
   * more. A look from when the block was near the head does not count, because it may have been replaced since.
   */
  function isFinal(
    transaction: TrackedTransaction,
    blockNumber: number,
    certain: ReadonlyMap<TrackedTransaction, string>,
  ): boolean {
    const depth = blockNumber - (transaction.minedIn ?? 0)
    const hash = certain.get(transaction)
    const isOld = old.has(transaction) || depth > OLD_DEPTH
    const block = hash ?? (isOld ? `${transaction.minedIn}, not shown` : null)
    return block !== null && finality.isFinal(transaction, { block, depth })
  }

  /**
   * The count says that the nonce is not spent. Where the node still has the receipt in a block up to this one, one of the two is
   * wrong, and the reading is given up: after a few of them in a row the count is believed, because a node may keep the receipt of
   * a block that a reorganisation took away.
   */
  async function dropUnlessMined(
    transaction: TrackedTransaction,
    blockNumber: number,
    from: ReceiptsPort,
  ): Promise<void> {
    const receipt = await findReceipt(from, transaction)
    const isContradiction = receipt !== null && receipt.blockNumber <= blockNumber
    if (isContradiction && (transaction.contradictions += 1) <= MOST_CONTRADICTIONS)
      throw new ReadError('The node contradicts itself about a transaction.', {
        transaction: receipt.transactionHash,
        receipt: `block ${receipt.blockNumber}`,
        'nonce count': `nonce ${transaction.nonce} is not spent as of block ${blockNumber}`,
      })
    await drop(transaction)
  }

  function drop(transaction: TrackedTransaction): Promise<void> {
    const underway = going.get(transaction)
    if (underway) return underway
    // The tracker and a reading may find it out at the same time.
    if (!recent.delete(transaction)) return Promise.resolve()
    transaction.contradictions = 0
    old.delete(transaction)
    const gone = onGone(transaction).finally(() => going.delete(transaction))
    going.set(transaction, gone)
    return gone
  }
}
