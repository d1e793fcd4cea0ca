import type { Spender } from './port.ts'
import type { Rpc } from './rpc.types.ts'

/** Nodes keep the state of about this many blocks; older nonce counts are not available. */
const BLOCKS_BACK = 4_096

/**
 * Finds the transaction that spent a nonce. JSON-RPC has no query for it, so a binary search over nonce counts finds the
 * block in which the count passes the nonce: that block holds the transaction.
 */
export async function findSpender(
  rpc: Pick<Rpc, 'head' | 'transactionCount' | 'transactionsIn'>,
  wallet: string,
  nonce: number,
): Promise<Spender | null> {
  const head = await rpc.head()
  const isSpentAt = async (block: number): Promise<boolean> => (await rpc.transactionCount(wallet, block)) > nonce
  if (!(await isSpentAt(head))) return null
  const before = await lastBlockWithout(head, isSpentAt)
  if (before === null) return null
  const blockNumber = await firstBlockWith(before, head, isSpentAt)
  const transactions = await rpc.transactionsIn(blockNumber)
  const found = transactions?.find((one) => one.from === wallet && one.nonce === nonce)
  if (!found) return null
  const { hash: transactionHash, to, data, value } = found
  return { transactionHash, blockNumber, depth: head - blockNumber, to, data, value }
}

/** Finds a block before the nonce was spent, in growing steps. */
async function lastBlockWithout(head: number, isSpentAt: (block: number) => Promise<boolean>): Promise<number | null> {
  for (let back = 1; back <= BLOCKS_BACK; back *= 4) {
    const block = Math.max(0, head - back)
    if (!(await isSpentAt(block))) return block
    if (block === 0) return null
  }
  return null
}

async function firstBlockWith(
  before: number,
  after: number,
  isSpentAt: (block: number) => Promise<boolean>,
): Promise<number> {
  if (after - before <= 1) return after
  const middle = Math.floor((before + after) / 2)
  return (await isSpentAt(middle))
    ? firstBlockWith(before, middle, isSpentAt)
    : firstBlockWith(middle, after, isSpentAt)
}
