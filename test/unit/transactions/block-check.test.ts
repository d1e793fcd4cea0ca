import { expect, test } from 'vitest'
import type { MinedTransaction } from '../../../src/chain/port.ts'
import { createBlockCheck } from '../../../src/transactions/block-check.ts'
import { createTrackedTransaction, type TrackedTransaction } from '../../../src/transactions/tracked-transaction.ts'
import { topUp } from '../../support/lane-world.ts'
import { receiptOf } from '../../support/scripted-port.ts'

const HASH = '0xaa'

/** A transaction that was mined in block 5, whose node now says this of block and receipt. */
async function checked(receipt: MinedTransaction | null, event: 'receipt.succeeded' | 'receipt.reverted') {
  const attempts = [{ hash: HASH, raw: null, fees: { gasPrice: 1n } }]
  const transaction = createTrackedTransaction(
    { id: 'one', intent: topUp('0xa', 7n), nonce: 0, gasLimit: 100_000n, attempts, background: false, at: 0 },
    () => ({}),
    0,
  )
  const outcome = { hash: HASH, blockNumber: 5, gasUsed: '1' as const }
  transaction.actor.send({ type: 'sent', hash: HASH })
  transaction.actor.send(
    event === 'receipt.reverted' ? { type: event, ...outcome, reason: 'x' } : { type: event, ...outcome },
  )
  transaction.minedIn = 5
  const seen: string[] = []
  const { check } = createBlockCheck({
    onGone: ({ id }) => Promise.resolve(void seen.push(`gone: ${id}`)),
    onMoved: ({ id }: TrackedTransaction, block) => void seen.push(`moved: ${id} to ${block}`),
  })
  const port = { blockHash: () => Promise.resolve('0xb10c'), mined: () => Promise.resolve(receipt) }
  const certain = await check([transaction], port)
  return [...seen, certain.has(transaction)]
}

test.each([
  ['stays where its block is the same', receiptOf(HASH, 5), 'receipt.succeeded', [true]],
  [
    'is not certain where the receipt is of the block that was replaced',
    { ...receiptOf(HASH, 5), blockHash: '0x01d' },
    'receipt.succeeded',
    [false],
  ],
  [
    'is certain where the receipt is of the block that the chain has now',
    { ...receiptOf(HASH, 5), blockHash: '0xb10c' },
    'receipt.succeeded',
    [true],
  ],
  ['moves where another block has it', receiptOf(HASH, 6), 'receipt.succeeded', ['moved: one to 6', false]],
  ['is gone where no block has it', null, 'receipt.succeeded', ['gone: one', false]],
  ['is looked at anew where it reverted in its new block', reverted(6), 'receipt.succeeded', ['gone: one', false]],
  [
    'is looked at anew where the receipt of its block is another',
    reverted(5),
    'receipt.succeeded',
    ['gone: one', false],
  ],
  ['that reverted stays reverted', reverted(5), 'receipt.reverted', [true]],
  [
    'that reverted is looked at anew where it succeeds now',
    receiptOf(HASH, 6),
    'receipt.reverted',
    ['gone: one', false],
  ],
] as const)('a transaction %s', async (_, receipt, event, expected) => {
  expect(await checked(receipt, event)).toEqual(expected)
})

function reverted(blockNumber: number): MinedTransaction {
  return { ...receiptOf(HASH, blockNumber), status: 0 }
}
