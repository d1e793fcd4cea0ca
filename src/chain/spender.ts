import type { Provider } from 'ethers'
import type { Spender } from './port.ts'

/** Nodes keep the state of about this many blocks; what lies further back cannot be proven by them. */
const BLOCKS_BACK = 4_096

/**
 * The transaction that spent a nonce. No node can be asked for it, but the count of spent nonces at a block can: the
 * block where it passes the nonce holds the transaction.
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

/** Some block in which the nonce was not spent yet, looked for in growing steps. */
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
