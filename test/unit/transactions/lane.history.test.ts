import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Intent } from '../../../src/transactions/intent.ts'
import { accountOf, laneWorld, retrieve, topUp } from '../../support/lane-world.ts'
import { memoryJournal } from '../../../src/transactions/memory-journal.ts'
import { deposit, laneOn, receiptOf, scriptedPort } from '../../support/scripted-port.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('paidIn sums what mined transactions paid, by sub-account and without reverted ones', async () => {
  const { lane, mine } = laneWorld()
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

test('a transaction that a reorganisation moved is found in its new block', async () => {
  const { port, lane, mine } = laneWorld()
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

test.each([
  ['the next reading comes long after', async () => undefined],
  ['a later transaction is mined before the next reading', ({ mine }) => mine(deposit(), 200)],
] as const satisfies [string, (world: World) => Promise<unknown>][])(
  'a payment that reverts in another block after it was checked near the head is not paid, where %s',
  async (_, meanwhile) => {
    let branch = 'a'
    const world = laneWorld({ blockHash: (number) => Promise.resolve(`${branch}${number}`) })
    const { port, lane, mine } = world
    const hash = await mine(topUp('alice', 3n), 5)
    await lane.confirm(6)
    branch = 'b'
    port.receipts.set(hash, { ...receiptOf(hash, 8), status: 0 })
    await meanwhile(world)
    await lane.confirm(201)
    await vi.advanceTimersByTimeAsync(1_000)
    const [actor] = lane.transactions()
    expect([lane.payments(), String(actor?.getSnapshot().value)]).toEqual([[], 'reverted'])
    await lane.close()
  },
)

test('a payment costs no query once a reading has found it in its block, far enough below', async () => {
  const asked: number[] = []
  const { lane, mine } = laneWorld({ blockHash: (number) => (asked.push(number), Promise.resolve(`b${number}`)) })
  await mine(topUp('alice', 3n), 5)
  for (const block of [6, 17]) await lane.confirm(block)
  await vi.advanceTimersByTimeAsync(12_000)
  for (const block of [18, 19, 200]) await lane.confirm(block)
  expect(asked).toEqual([5, 5, 5])
  await lane.close()
})

test.each([
  ['shows the block of the receipt', true],
  ['shows no block of the receipt', false],
])('a node that names a block far too high for some seconds, and %s, makes no receipt final', async (_, isShown) => {
  let branch: string | null = 'a'
  const blockHash = (number: number) => Promise.resolve(branch && `${branch}${number}`)
  const { port, lane, mine } = laneWorld({ blockHash })
  await mine(topUp('alice', 3n), 5)
  await lane.confirm(6)
  if (!isShown) branch = null
  for (let second = 0; second < 5; second += 1) {
    await lane.confirm(1_000_000_006 + second)
    await vi.advanceTimersByTimeAsync(1_000)
  }
  // A reorganisation takes it back.
  branch = 'b'
  port.receipts.clear()
  port.spent = 0
  await lane.confirm(9)
  expect([lane.inFlight().length, Object.fromEntries(lane.paidIn(0, 20))]).toEqual([1, {}])
  await lane.close()
})

test('a node that names a head too high for a moment loses no nonce to a block that is replaced', async () => {
  const { port, lane, send } = laneWorld()
  const { outcome, hash } = await send(topUp('alice', 3n))
  const stranger = { transactionHash: `0x${'ab'.repeat(32)}`, blockNumber: 5, to: null, data: '0x', value: 1n }
  port.spenders.set(0, { ...stranger, depth: 20 })
  port.spent = 1
  await vi.advanceTimersByTimeAsync(8_000)
  // The block of the stranger is replaced by one with the lane's own transaction.
  port.spenders.clear()
  port.receipts.set(hash, receiptOf(hash, 6))
  await vi.advanceTimersByTimeAsync(30_000)
  expect(await outcome).toMatchObject({ transactionHash: hash, success: true })
  await lane.close()
})

test('a payment that is found in another block, where it reverted, is not paid', async () => {
  const { port, lane, mine } = laneWorld()
  const hash = await mine(topUp('alice', 3n), 5)
  port.receipts.set(hash, { ...receiptOf(hash, 8), status: 0 })
  await lane.locate(() => true)
  await vi.advanceTimersByTimeAsync(1_000)
  expect([lane.payments(), lane.transactions().map((actor) => actor.getSnapshot().value)]).toEqual([[], ['reverted']])
  await lane.close()
})

test('a payment in an old block that the node does not show any more costs no query once twelve blocks could be mined', async () => {
  let asked = 0
  const { lane, mine } = laneWorld({ blockHash: () => ((asked += 1), Promise.resolve(null)) })
  await mine(topUp('alice', 3n), 5)
  await lane.confirm(6)
  for (let block = 200; block < 220; block += 1) {
    await lane.confirm(block)
    await vi.advanceTimersByTimeAsync(1_000)
  }
  expect([asked, lane.payments().length]).toEqual([14, 1])
  await lane.close()
})

test('payments are those that auto-funding sent or may yet send, without reverted ones and those of a caller', async () => {
  const { lane, mine, send, port } = laneWorld()
  await mine(topUp('alice', 1n, { decidedAt: 11 }), 5)
  await mine(topUp('alice', 2n), 5, 0)
  await mine(topUp('bob', 3n, { decidedAt: null }), 5)
  await mine(retrieve('bob'), 5)
  await send(topUp('bob', 4n, { decidedAt: 12 }))
  let estimated = (): void => undefined
  port.estimateGas = () => new Promise((resolve) => (estimated = () => resolve(1n)))
  const { outcome } = await send(topUp('carol', 5n, { decidedAt: 13 }))
  expect(lane.payments()).toEqual([
    { ...accountOf('alice'), amount: 1n, at: 11 },
    { ...accountOf('bob'), amount: 4n, at: Infinity },
    { ...accountOf('carol'), amount: 5n, at: 13 },
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

test('a superseded transaction is no payment, and its nonce is free', async () => {
  const { port, lane, send } = laneWorld()
  const { outcome } = await send(topUp('alice', 3n))
  const stranger = { transactionHash: `0x${'ab'.repeat(32)}`, blockNumber: 5, to: null, data: '0x', value: 1n }
  port.spenders.set(0, { ...stranger, depth: 12 })
  port.spent = 1
  await vi.advanceTimersByTimeAsync(30_000)
  await expect(outcome).rejects.toMatchObject({ name: 'SupersededError' })
  expect([lane.payments(), lane.inFlight()]).toEqual([[], []])
  // A node that lags may name that nonce once more.
  port.spent = 0
  await send(topUp('alice', 3n))
  expect(lane.transactions().map((actor) => actor.getSnapshot().context.nonce)).toEqual([0, 0])
  await lane.close()
})

test('lastMined gives the receipt of the latest mined transaction that matches', async () => {
  const { lane, mine, send } = laneWorld()
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

type World = ReturnType<typeof laneWorld>

test('a transaction that one node refused for good and another one mined all the same counts as paid, in the journal too', async () => {
  const journal = memoryJournal()
  let isRefusing = true
  const port = scriptedPort({
    broadcast: () =>
      Promise.resolve({
        grade: isRefusing ? 'final' : 'arrived',
        reason: isRefusing ? 'unknown' : 'none',
        message: 'insufficient funds',
      }),
    knows: () => Promise.resolve(false),
  })
  const lane = laneOn(port, { journal })
  const outcome = lane.submit(topUp('alice', 3n)).catch((error: Error) => error.name)
  await vi.advanceTimersByTimeAsync(20_000)
  expect([await outcome, lane.payments()]).toEqual(['RefusedByNodeError', []])
  isRefusing = false
  const { hash = '' } = lane.transactions()[0]?.getSnapshot().context ?? {}
  port.receipts.set(hash ?? '', receiptOf(hash ?? '', 5))
  port.spent = 1
  await lane.confirm(6)
  expect(lane.payments().map(({ amount }) => amount)).toEqual([3n])
  await vi.advanceTimersByTimeAsync(1_000)
  expect(lane.foreignTransactions()).toBe(0)
  expect(Object.fromEntries(lane.paidIn(4, 6))).toEqual({ 'inference:alice': 3n })
  await lane.close()
  const next = laneOn(port, { journal })
  await next.open()
  expect(next.payments().map(({ amount }) => amount)).toEqual([3n])
  await next.close()
})
