import { expect, test } from 'vitest'
import { isMissingHistory } from '../../../src/chain/missing-history.ts'
import { noncesOf } from '../../../src/chain/nonces.ts'

const nodeError = (message: string) => ({ code: 'UNKNOWN_ERROR', error: { code: -32000, message } })

test.for([
  'missing trie node 5f1a (path ) state 0x5f1a is not available, not found',
  'required historical state unavailable (reexec=0)',
  'historical state 5f1a is not available',
  'state at block #123 is pruned',
  'No state available for block 123',
  'World state unavailable',
  'failed to load state at height 5; version does not exist (latest height: 900)',
  'history has been pruned for this block',
])('"%s" means that the node keeps no blocks that old', (message) => {
  expect(isMissingHistory(nodeError(message))).toBe(true)
})

test.for(['header not found', 'execution reverted', '429 too many requests', 'server response 503', 'internal error'])(
  '"%s" does not',
  (message) => {
    expect(isMissingHistory(nodeError(message))).toBe(false)
  },
)

test.for([
  ['missing trie node', false],
  ['429 too many requests', true],
] as const)(
  'the search for what spent a nonce fails with "%s": it may be tried again is %s',
  async ([words, retryable]) => {
    const rpc = {
      head: () => Promise.resolve(100),
      transactionCount: (_: string, block: unknown) =>
        typeof block === 'number' && block < 90 ? Promise.reject(new Error(words)) : Promise.resolve(5),
      transactionsIn: () => Promise.resolve([]),
    }
    const { spender } = noncesOf(rpc, { wallet: '0xa', blockTimeMs: () => 1_000 })
    await expect(spender(4)).rejects.toMatchObject({ name: 'ReadError', retryable })
  },
)
