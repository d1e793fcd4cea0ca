import { expect, test } from 'vitest'
import { noncesOf } from '../../../src/chain/nonces.ts'
import type { BlockTransaction } from '../../../src/chain/block-transactions.ts'

const WALLET = `0x${'1'.repeat(40)}`
const HASH = `0x${'a'.repeat(64)}`
const TO = `0x${'2'.repeat(40)}`
const HEAD = 1_000

type Script = {
  /** The block whose transaction spent nonce 4; null for none. */
  spentIn: number | null
  /** Blocks below it are refused, in these words. */
  keepsFrom?: number
  words?: string
  /** What the node answers about a query, or an error. */
  bend?: (block: number) => Error | null
  transactions?: BlockTransaction[] | null
  /** That the node is of. */
  chainId?: bigint
}

const own: BlockTransaction = { hash: HASH, from: WALLET, nonce: 4, to: TO, data: '0x', value: 7n }

/** Asks a node what spent nonce 4. */
function ask({
  spentIn,
  keepsFrom = 0,
  words = '',
  bend = () => null,
  transactions = [own],
  chainId = 16_661n,
}: Script) {
  const asked: number[] = []
  const rpc = {
    chainId: () => Promise.resolve(chainId),
    head: () => Promise.resolve(HEAD),
    async transactionCount(_: string, block: unknown) {
      const number = Number(block)
      asked.push(number)
      const error = bend(number)
      if (error) throw error
      if (number < keepsFrom) throw new Error(words)
      return spentIn !== null && number >= spentIn ? 5 : 4
    },
    fullBlock: (number: number) =>
      Promise.resolve({ number, timestamp: 1, transactions: number === spentIn ? transactions : [] }),
  }
  const { spender } = noncesOf(rpc, { wallet: WALLET, chainId: 16_661n, blockTimeMs: () => 1_000 })
  return { spender: spender(4), asked }
}

test.each([999, 998, 700, 3, 1])('the transaction in block %d that spent a nonce is found', async (spentIn) => {
  expect(await ask({ spentIn }).spender).toEqual({
    transactionHash: HASH,
    blockNumber: spentIn,
    depth: HEAD - spentIn,
    to: TO,
    data: '0x',
    value: 7n,
  })
})

test('a nonce that is not spent has no spender, and one that a block without such a transaction spent has that block', async () => {
  expect(await ask({ spentIn: null }).spender).toBeNull()
  expect(await ask({ spentIn: 900, transactions: [{ ...own, nonce: 3 }] }).spender).toEqual({
    transactionHash: null,
    blockNumber: 900,
    depth: 100,
  })
})

test.each(['missing trie node 5f1a', 'state at block #123 is pruned', 'Kein Zustand', 'internal error', ''])(
  'a node that answers for its latest block and never for an old one keeps none so old, whatever its words are: "%s"',
  async (words) => {
    expect(await ask({ spentIn: 500, keepsFrom: 900, words }).spender).toBe('not-kept')
    // What it does keep is enough for a later one.
    expect(await ask({ spentIn: 990, keepsFrom: 900, words }).spender).toMatchObject({ transactionHash: HASH })
  },
)

test.each(['429 too many requests', 'missing trie node', 'server response 503'])(
  'a node that fails for its latest block as well proves nothing, whatever its words are: "%s"',
  async (words) => {
    let questions = 0
    const failing = (): Error | null => ((questions += 1) > 5 ? new Error(words) : null)
    await expect(ask({ spentIn: 500, bend: failing }).spender).rejects.toMatchObject({
      name: 'ReadError',
      retryable: true,
    })
  },
)

test('a node that fails for an old block once is asked again', async () => {
  let failures = 1
  const { spender } = ask({
    spentIn: 500,
    bend: (block) => (block < 900 && (failures -= 1) >= 0 ? new Error('503') : null),
  })
  expect(await spender).toMatchObject({ blockNumber: 500 })
})

test.each([
  ['names its latest count for every block', { spentIn: 0 }],
  ['does not have the block that spent it', { spentIn: 500, transactions: null }],
] as const)('a node that %s does not show what spent a nonce', async (_, script) => {
  expect(await ask(script).spender).toBe('not-kept')
})

test('what spent the nonce on another chain behind the same URL says nothing about the wallet', async () => {
  await expect(ask({ spentIn: 900, chainId: 16_602n }).spender).rejects.toMatchObject({
    message: expect.stringContaining('The node answers for another chain.') as unknown,
    facts: { expected: 'chain 16661', actual: 'chain 16602' },
  })
})
