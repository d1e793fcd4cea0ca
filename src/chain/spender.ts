import { decodeTransactions } from './block-transactions.ts'
import type { NonceSpender } from './port.ts'
import type { Rpc } from './rpc.types.ts'

/** A block that a node is asked about so often, with its latest block in between, before it counts as one that the node does not keep. */
const TRIES = 3

/**
 * Finds what spent a nonce. JSON-RPC has no query for it, so a binary search over nonce counts finds the block in which the count passes
 * the nonce: that block holds the transaction.
 *
 * @returns null where the nonce is not spent, 'not-kept' where the node does not have the blocks that show by what
 */
export async function findSpender(
  rpc: Pick<Rpc, 'head' | 'transactionCount' | 'fullBlock'>,
  wallet: string,
  nonce: number,
): Promise<NonceSpender | 'not-kept' | null> {
  const head = await rpc.head()
  const isSpentAt = async (block: number): Promise<boolean> => (await rpc.transactionCount(wallet, block)) > nonce
  if (!(await isSpentAt(head))) return null
  const before = await lastBlockWithout(head, isSpentAt)
  if (before === null) return 'not-kept'
  const blockNumber = await firstBlockWith(before, head, isSpentAt)
  const transactions = decodeTransactions(await rpc.fullBlock(blockNumber), blockNumber)
  if (transactions === null) return 'not-kept'
  const place = { blockNumber, depth: head - blockNumber }
  const found = transactions.find((one) => one.from === wallet && one.nonce === nonce)
  if (!found) return { transactionHash: null, ...place }
  const { hash: transactionHash, to, data, value } = found
  return { transactionHash, ...place, to, data, value }
}

type SpentAt = (block: number) => Promise<boolean>

/** Finds a block before the nonce was spent, in growing steps; null where the node does not keep one. */
async function lastBlockWithout(head: number, isSpentAt: SpentAt): Promise<number | null> {
  for (let back = 1; ; back *= 4) {
    const block = Math.max(0, head - back)
    const isSpent = await ifKept(block, head, isSpentAt)
    if (isSpent === false) return block
    if (isSpent === null || block === 0) return null
  }
}

/**
 * A node says in its own words that it does not keep a block. What proves it is that the same node answers for its latest block, each time,
 * and for the old one never.
 *
 * @returns null for a block that the node does not keep
 * @throws where the node fails for its latest block, too
 */
async function ifKept(block: number, head: number, isSpentAt: SpentAt): Promise<boolean | null> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    try {
      return await isSpentAt(block)
    } catch {
      await isSpentAt(head)
    }
  }
  return null
}

async function firstBlockWith(before: number, after: number, isSpentAt: SpentAt): Promise<number> {
  if (after - before <= 1) return after
  const middle = Math.floor((before + after) / 2)
  return (await isSpentAt(middle))
    ? firstBlockWith(before, middle, isSpentAt)
    : firstBlockWith(middle, after, isSpentAt)
}
