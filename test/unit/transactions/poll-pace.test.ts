import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ReadError } from '../../../src/base/errors.ts'
import { ARRIVED } from '../../../src/chain/broadcast-answer.ts'
import { deposit, laneOn, scriptedPort } from '../../support/scripted-port.ts'

const SECONDS = 300

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test.for([
  // A round asks for the receipt, and once it is overdue for nonce count and head: one request where the provider batches.
  { blockTimeMs: 400, most: 10.5 },
  { blockTimeMs: 1_000, most: 4.2 },
  { blockTimeMs: 2_000, most: 2.1 },
  { blockTimeMs: 6_000, most: 0.7 },
  { blockTimeMs: 12_000, most: 0.55 },
  { blockTimeMs: 60_000, most: 0.55 },
])(
  'a transaction that waits is asked about at the pace of the blocks: every $blockTimeMs ms one',
  async ({ blockTimeMs, most }) => {
    const asked = { mined: 0, latest: 0, head: 0, sent: 0 }
    const port = scriptedPort({
      mined: () => Promise.resolve(null).finally(() => (asked.mined += 1)),
      transactionCount: () => Promise.resolve(0).finally(() => (asked.latest += 1)),
      head: () => Promise.resolve(7).finally(() => (asked.head += 1)),
    })
    const lane = laneOn(port, { blockTimeMs: () => blockTimeMs })
    lane.submit(deposit()).catch(() => undefined)
    await vi.advanceTimersByTimeAsync(SECONDS * 1_000)
    const rounds = asked.mined / SECONDS
    expect(rounds).toBeLessThan(most)
    // And often enough: four times a block, or every two seconds.
    expect(rounds).toBeGreaterThan(0.7 * Math.max(0.5, Math.min(20, 4_000 / blockTimeMs)))
    expect(asked.head).toBeLessThanOrEqual(asked.mined)
    await lane.close()
  },
)

describe('a node that does not answer', () => {
  const away = () => Promise.reject(new ReadError('The node does not answer.', { url: 'host' }))

  test('is asked ever less often, a log line says for how long, and one that it answers again', async () => {
    const asked = { mined: 0 }
    let isAway = false
    const answer = <T>(value: T) => (isAway ? away() : Promise.resolve(value))
    const lines: string[] = []
    const say = (_: object, message: string) => void lines.push(message)
    const port = scriptedPort({
      broadcast: (raw) => Promise.resolve(port.sent.push(raw)).then(() => ARRIVED),
      mined: () => answer(null).finally(() => (asked.mined += 1)),
      transactionCount: () => answer(0),
      head: () => answer(7),
    })
    const lane = laneOn(port, {
      blockTimeMs: () => 400,
      logger: { debug: () => undefined, info: () => undefined, warn: say, error: say },
    })
    lane.submit(deposit()).catch(() => undefined)
    await vi.advanceTimersByTimeAsync(0)
    isAway = true
    asked.mined = 0
    await vi.advanceTimersByTimeAsync(130_000)
    expect(asked.mined).toBeLessThan(25)
    isAway = false
    await vi.advanceTimersByTimeAsync(20_000)
    expect(asked.mined).toBeGreaterThan(100)
    expect(lines).toEqual([
      expect.stringMatching(/^the node has not answered for \d s; /),
      expect.stringMatching(/^the node has not answered for (6|7)\d s; /),
      'the node answers again',
    ])
    await lane.close()
  })

  test('only for receipts that it does not have yet is asked at the pace of the blocks', async () => {
    const asked = { mined: 0 }
    const port = scriptedPort({ mined: () => away().finally(() => (asked.mined += 1)), head: () => Promise.resolve(7) })
    const lane = laneOn(port, { blockTimeMs: () => 1_000 })
    lane.submit(deposit()).catch(() => undefined)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked.mined).toBeGreaterThan(150)
    await lane.close()
  })
})
