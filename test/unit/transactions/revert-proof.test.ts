import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { contractError } from '../../../src/base/contract-errors.ts'
import { laneWorld, topUp } from '../../support/lane-world.ts'
import { receiptOf } from '../../support/scripted-port.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a receipt that says "reverted" for some seconds, of a payment that was made, is not believed', async () => {
  const { port, lane, outcome, says } = await sent()
  says(0)
  await vi.advanceTimersByTimeAsync(4_000)
  expect(lane.inFlight()).toHaveLength(1)
  says(1)
  await vi.advanceTimersByTimeAsync(4_000)
  expect(await outcome).toMatchObject({ success: true })
  expect([lane.inFlight(), lane.payments().length, port.sent.length]).toEqual([[], 1, 1])
  await lane.close()
})

test('a revert is believed once the node has kept to it for six seconds', async () => {
  const { lane, outcome, says } = await sent()
  says(0)
  await vi.advanceTimersByTimeAsync(10_000)
  await expect(outcome).rejects.toMatchObject({ name: 'TransactionRevertedError', errorName: 'no reason' })
  expect([lane.inFlight(), lane.payments()]).toEqual([[], []])
  await lane.close()
})

test.each([
  ['no receipt', (world) => world.forgets()],
  ['another block of it', (world) => world.says(0, 6)],
  ['no answer', (world) => world.fails()],
] as const satisfies [string, (world: Sent) => void][])(
  'a revert that comes back after %s is believed only once the node has kept to it for six seconds anew',
  async (_, interrupt) => {
    const world = await sent()
    world.says(0)
    await vi.advanceTimersByTimeAsync(4_000)
    interrupt(world)
    await vi.advanceTimersByTimeAsync(5_000)
    world.says(0)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(world.lane.inFlight()).toHaveLength(1)
    world.says(1)
    await vi.advanceTimersByTimeAsync(2_000)
    expect([await world.outcome, world.lane.payments().length]).toMatchObject([{ success: true }, 1])
    await world.lane.close()
  },
)

test('a process that slept between two looks has seen the revert for no longer than the looks', async () => {
  const { lane, outcome, says } = await sent()
  says(0)
  await vi.advanceTimersByTimeAsync(1_000)
  vi.setSystemTime(Date.now() + 3_600_000)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(lane.inFlight()).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(10_000)
  await expect(outcome).rejects.toMatchObject({ name: 'TransactionRevertedError' })
  await lane.close()
})

test('a revert is believed at once where the call fails as of the block before it, too', async () => {
  const replayed: number[] = []
  const { lane, mine } = laneWorld({
    replay(call, block) {
      replayed.push(block)
      return Promise.resolve(contractError({ operation: call.method, errorName: 'CallFailed', errorArgs: {} }))
    },
  })
  await mine(topUp('alice', 3n), 5, 0)
  expect([lane.inFlight(), lane.payments(), replayed]).toEqual([[], [], [4, 5]])
  await lane.close()
})

type Sent = Awaited<ReturnType<typeof sent>>

/** A payment that is on its way, and whose call fails at no block. */
async function sent() {
  const { port, lane, send } = laneWorld({ replay: () => Promise.resolve(null) })
  const { mined } = port
  const { outcome, hash } = await send(topUp('alice', 3n))
  return {
    port,
    lane,
    outcome,
    says(status: 0 | 1, block = 5): void {
      port.mined = mined
      port.receipts.set(hash, { ...receiptOf(hash, block), status })
      port.spent = 1
    },
    forgets: () => void port.receipts.delete(hash),
    fails: () => void (port.mined = () => Promise.reject(new Error('the node does not answer'))),
  }
}
