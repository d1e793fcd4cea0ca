import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Spender, TransactionPort } from '../../../src/chain/port.ts'
import { topUp } from '../../support/lane-world.ts'
import { laneOn, receiptOf, scriptedPort } from '../../support/scripted-port.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const FOREIGN = `0x${'ab'.repeat(32)}`
const foreignAt = (depth: number): Spender => ({
  transactionHash: FOREIGN,
  blockNumber: 5,
  depth,
  to: null,
  data: '0x',
  value: 0n,
})

test('an intent whose nonce another program has spent says so until that is final, and again not after a reorganisation', async () => {
  const { lane, port, doubts, outcome } = await pendingWorld()
  expect(doubts()).toEqual([{ unresolved: false, nonceSpent: false }])
  port.spenders.set(0, foreignAt(1))
  port.spent = 1
  await vi.advanceTimersByTimeAsync(5_000)
  expect(doubts()).toEqual([{ unresolved: false, nonceSpent: true }])
  port.spent = 0
  await vi.advanceTimersByTimeAsync(5_000)
  expect(doubts()).toEqual([{ unresolved: false, nonceSpent: false }])
  port.spent = 1
  port.spenders.set(0, foreignAt(12))
  await vi.advanceTimersByTimeAsync(30_000)
  expect([doubts(), await outcome]).toEqual([[], 'SupersededError'])
  await lane.close()
})

test('an intent whose nonce is spent by what the node does not show says so for as long as that lasts', async () => {
  const { lane, port, node, doubts, hash, outcome } = await pendingWorld()
  node.isPruned = true
  port.spent = 1
  await vi.advanceTimersByTimeAsync(300_000)
  expect(doubts()).toEqual([{ unresolved: false, nonceSpent: true }])
  port.receipts.set(hash, receiptOf(hash, 5))
  await vi.advanceTimersByTimeAsync(60_000)
  expect([doubts(), await outcome]).toEqual([[], 5])
  await lane.close()
})

test('an intent whose own receipt is late is only in flight', async () => {
  const { lane, port, doubts, hash } = await pendingWorld()
  port.spenders.set(0, { ...foreignAt(1), transactionHash: hash })
  port.spent = 1
  await vi.advanceTimersByTimeAsync(5_000)
  expect(doubts()).toEqual([{ unresolved: false, nonceSpent: false }])
  port.spenders.clear()
  await vi.advanceTimersByTimeAsync(5_000)
  expect(doubts()).toEqual([{ unresolved: false, nonceSpent: false }])
  await lane.close()
})

/** A lane with one top-up in the pool. */
async function pendingWorld() {
  const node = { isPruned: false }
  const port = scriptedPort({
    spender: (nonce) => Promise.resolve(node.isPruned ? 'not-kept' : (port.spenders.get(nonce) ?? null)),
  } satisfies Partial<TransactionPort>)
  const lane = laneOn(port)
  const outcome = lane.submit(topUp('alice', 3n)).then(
    ({ blockNumber }) => blockNumber,
    (error: Error) => error.name,
  )
  await vi.advanceTimersByTimeAsync(1_000)
  const doubts = () => lane.inFlight().map(({ unresolved, nonceSpent }) => ({ unresolved, nonceSpent }))
  return { lane, port, node, outcome, doubts, hash: port.sent[0] ?? '' }
}
