import type { Provider } from 'ethers'
import type { Spender } from './port.ts'

/** Nodes keep the state of about this many blocks; older nonce counts are not available. */
const BLOCKS_BACK = 4_096

/**
 * Finds the transaction that spent a nonce. JSON-RPC has no query for it, so a binary search over nonce counts finds the
 * block in which the count passes the nonce: that block holds the transaction.
 */
export async function findSpender(provider: Provider, wallet: string, nonce: number): Promise<Spender | null> {
  const head = await provider.getBlockNumber()
  const spentAt = async (block: number): Promise<boolean> => (await provider.getTransactionCount(wallet, block)) > nonce
  if (!(await spentAt(head))) return null
  const before = await lastBlockWithout(head, spentAt)
  if (before === null) return null
  const block = await provider.getBlock(await firstBlockWith(before, head, spentAt), true)
  const found = block?.prefetchedTransactions.find((one) => one.from === wallet && one.nonce === nonce)
  if (!block || !found) return null
  const { hash: transactionHash, to, data, value } = found
  return { transactionHash, blockNumber: block.number, depth: head - block.number, to, data, value }
}

/** Finds a block before the nonce was spent, in growing steps. */
async function lastBlockWithout(head: number, spentAt: (block: number) => Promise<boolean>): Promise<number | null> {
  for (let back = 1; back <= BLOCKS_BACK; back *= 4) {
    const block = Math.max(0, head - back)
    if (!(await spentAt(block))) return block
    if (block === 0) return null
  }
  return null
}

async function firstBlockWith(
  before: number,
  after: number,
  spentAt: (block: number) => Promise<boolean>,
): Promise<number> {
  if (after - before <= 1) return after
  const middle = Math.floor((before + after) / 2)
  return (await spentAt(middle)) ? firstBlockWith(before, middle, spentAt) : firstBlockWith(middle, after, spentAt)
}
