import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Intent } from '../../../src/transactions/intent.ts'
import { deposit, laneOn, receiptOf, scriptedPort } from '../../support/scripted-port.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const idOf = (provider: string) => ({ provider, serviceType: 'inference' as const })

const topUp = (provider: string, amount: bigint, more: Partial<Intent> = {}): Intent => ({
  call: { contract: 'ledger', method: 'transferFund', args: [provider, 'inference-v1.0', amount] },
  subAccount: idOf(provider),
  touches: [idOf(provider)],
  decidedAt: 7,
  amount,
  fromLedger: amount,
  ...more,
})

const retrieve = (provider: string, more: Partial<Intent> = {}): Intent => ({
  ...deposit(),
  call: { contract: 'ledger', method: 'retrieveFund', args: [[provider], 'inference-v1.0'] },
  touches: [idOf(provider)],
  amount: 0n,
  ...more,
})

/** A lane on a chain that takes each transaction into the block, and with the status, that a test says. */
function world() {
  const port = scriptedPort()
  const lane = laneOn(port)
  const send = async (intent: Intent) => {
    const outcome = lane.submit(intent)
    outcome.catch(() => undefined)
    await vi.advanceTimersByTimeAsync(0)
    const hash = port.sent.at(-1) ?? ''
    return { outcome, hash }
  }
  return {
    port,
    lane,
    send,
    async mine(intent: Intent, block: number, status: 0 | 1 = 1): Promise<string> {
      const { outcome, hash } = await send(intent)
      port.receipts.set(hash, { ...receiptOf(hash, block), status })
      port.spent += 1
      await vi.advanceTimersByTimeAsync(1_000)
      await outcome.catch(() => undefined)
      return hash
    },
  }
}

test('what was paid into a sub-account in some blocks is summed by sub-account, without what was reverted', async () => {
  const { lane, mine } = world()
  await mine(topUp('alice', 3n), 5)
  await mine(topUp('alice', 4n), 6)
  await mine(topUp('bob', 5n), 6)
  await mine(topUp('bob', 50n), 6, 0)
  await mine(deposit(), 6)
  await mine(topUp('alice', 6n), 9)
  const paid = (from: number, to: number) => Object.fromEntries(lane.paidIn(from, to))
  expect(paid(5, 8)).toEqual({ 'inference:alice': 4n, 'inference:bob': 5n })
  expect(paid(4, 9)).toEqual({ 'inference:alice': 13n, 'inference:bob': 5n })
  expect(paid(9, 20)).toEqual({})
  expect(lane.minedIn(5, 6).map(({ amount }) => amount)).toEqual([4n, 5n, 1n])
  await lane.close()
})

test('a transaction that a reorganisation moved is found in the block that it is in now', async () => {
  const { port, lane, mine } = world()
  const hash = await mine(topUp('alice', 3n), 5)
  port.receipts.clear()
  port.spent = 0
  await lane.confirm(6)
  expect(Object.fromEntries(lane.paidIn(0, 20))).toEqual({})
  port.receipts.set(hash, receiptOf(hash, 8))
  port.spent = 1
  await vi.advanceTimersByTimeAsync(10_000)
  expect(lane.minedIn(4, 5)).toEqual([])
  expect(Object.fromEntries(lane.paidIn(7, 8))).toEqual({ 'inference:alice': 3n })
  await lane.close()
})

test('payments are what auto-funding sent or may yet: not what was reverted, or what a person asked for', async () => {
  const { lane, mine, send, port } = world()
  await mine(topUp('alice', 1n, { decidedAt: 11 }), 5)
  await mine(topUp('alice', 2n), 5, 0)
  await mine(topUp('bob', 3n, { decidedAt: null }), 5)
  await mine(retrieve('bob'), 5)
  await send(topUp('bob', 4n, { decidedAt: 12 }))
  let estimated = (): void => undefined
  port.estimateGas = () => new Promise((resolve) => (estimated = () => resolve(1n)))
  const { outcome } = await send(topUp('carol', 5n, { decidedAt: 13 }))
  expect(lane.payments()).toEqual([
    { ...idOf('alice'), amount: 1n, at: 11 },
    { ...idOf('bob'), amount: 4n, at: Infinity },
    { ...idOf('carol'), amount: 5n, at: 13 },
  ])
  expect(lane.inFlight().map(({ intent, unresolved }) => [intent.amount, unresolved])).toEqual([
    [5n, false],
    [4n, false],
  ])
  estimated()
  await vi.advanceTimersByTimeAsync(0)
  await lane.close()
  await expect(outcome).rejects.toMatchObject({ name: 'AbortedError' })
})

test('what was superseded is no payment any more, and its nonce is free', async () => {
  const { port, lane, send } = world()
  const { outcome } = await send(topUp('alice', 3n))
  const stranger = { transactionHash: `0x${'ab'.repeat(32)}`, blockNumber: 5, to: null, data: '0x', value: 1n }
  port.spenders.set(0, { ...stranger, depth: 12 })
  port.spent = 1
  await vi.advanceTimersByTimeAsync(10_000)
  await expect(outcome).rejects.toMatchObject({ name: 'SupersededError' })
  expect([lane.payments(), lane.inFlight()]).toEqual([[], []])
  // The node may lag, and name it once more.
  port.spent = 0
  await send(topUp('alice', 3n))
  expect(lane.transactions().map((actor) => actor.getSnapshot().context.nonce)).toEqual([0, 0])
  await lane.close()
})

test('the latest mined transaction that matches is known with its receipt', async () => {
  const { lane, mine, send } = world()
  await mine(topUp('alice', 1n), 5)
  const hash = await mine(topUp('alice', 2n), 6)
  await mine(topUp('alice', 3n), 7, 0)
  await send(topUp('alice', 4n))
  const isAlice = ({ subAccount }: Intent) => subAccount?.provider === 'alice'
  expect(lane.lastMined(isAlice)).toEqual({
    transactionHash: hash,
    blockNumber: 6,
    gasUsed: 50_000n,
    status: 1,
    success: true,
  })
  expect(lane.lastMined(({ subAccount }) => subAccount?.provider === 'bob')).toBeNull()
  await lane.close()
})

test('how far a claim has come is known from its own transactions, once they are mined', async () => {
  const { lane, mine, send } = world()
  const claim = { claim: 'one', decidedAt: null }
  const seen = () => [lane.claimedIn('one'), lane.isPutBack('one', 'inference:alice')]
  await mine(retrieve('alice'), 4)
  await mine(retrieve('alice', { claim: 'other' }), 4)
  await mine(topUp('alice', 1n, { claim: 'other' }), 4)
  await mine(retrieve('alice', claim), 4, 0)
  expect(seen()).toEqual([null, false])
  await mine(retrieve('alice', claim), 5)
  expect(seen()).toEqual([5, false])
  await mine(topUp('bob', 1n, claim), 6)
  await mine(topUp('alice', 1n, claim), 6, 0)
  await send(topUp('alice', 1n, claim))
  expect(seen()).toEqual([5, false])
  await mine(topUp('alice', 1n, claim), 7)
  expect(seen()).toEqual([5, true])
  await lane.close()
})
