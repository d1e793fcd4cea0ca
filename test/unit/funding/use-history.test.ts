import { expect, test } from 'vitest'
import type { Block, Settlements } from '../../../machines/index.ts'
import { createUseHistory } from '../../../src/funding/use-history.ts'
import { createUses } from '../../../src/funding/uses.ts'
import { createSimulatedTime } from '../../../src/testing/simulated-time.ts'

const DAY = 86_400
const now: Block = { number: 1_000_000, timestamp: 1_000_000 }
const id = { provider: 'alice', serviceType: 'inference' } as const

/** A node that gives so many seconds of logs at once, back to its first block; a block comes each second. */
function setup({ stretch = 2 * DAY, first = 1, longest = 7 * DAY } = {}) {
  const time = createSimulatedTime({ startMs: 0, onPass: () => undefined })
  const asked: [number, number][] = []
  const warnings: string[] = []
  let fails = 0
  const uses = createUses({ minedIn: () => [], inFlight: () => [] })
  const history = createUseHistory({
    uses,
    async readSettlements(until, seconds): Promise<Settlements> {
      asked.push([now.timestamp - until.timestamp, seconds])
      await Promise.resolve()
      if (fails > 0) {
        fails -= 1
        throw new Error('no logs')
      }
      const since = Math.max(first, until.number - Math.min(seconds, stretch))
      const settled = [{ ...id, amount: 1n, at: now.timestamp - 5 * DAY }].filter(
        ({ at }) => at > since && at <= until.timestamp,
      )
      return { since, sinceBlock: since, until: until.timestamp, settled, paid: [], opened: [] }
    },
    longest: () => longest,
    clock: time.clock,
    logger: { debug() {}, info() {}, error() {}, warn: (_, message) => void warnings.push(message) },
  })
  return { uses, history, asked, warnings, passTo: time.passTo, fail: (times: number) => (fails = times) }
}

test('earlier use is read in stretches, the newest first, as far back as the longest rule asks', async () => {
  const { uses, history, asked } = setup()
  const reading = history.learn(now)
  expect(history.isReading()).toBe(true)
  await reading
  expect(history.isReading()).toBe(false)
  expect(asked).toEqual([0, 2, 4, 6].map((days) => [days * DAY, (7 - days) * DAY + 600]))
  expect(uses.of('inference:alice')).toEqual({
    knownSince: now.timestamp - 7 * DAY - 600,
    lastAt: now.timestamp - 5 * DAY,
  })
  await history.learn({ number: now.number + 9, timestamp: now.timestamp + 9 })
  expect(asked).toHaveLength(4)
})

test('nothing is read where no rule asks for it', async () => {
  const { history, asked } = setup({ longest: 0 })
  await history.learn(now)
  expect(asked).toEqual([])
})

test('a chain that is younger than the rule is known from its first block on', async () => {
  const { uses, history, asked } = setup({ stretch: 30 * DAY, longest: 31 * DAY })
  await history.learn(now)
  expect([uses.of('inference:alice').knownSince, asked.length]).toEqual([0, 1])
})

test('a node that fails, or gives no more, is left alone for ten minutes; the warning comes once', async () => {
  const { uses, history, asked, warnings, fail, passTo } = setup()
  fail(2)
  await history.learn(now)
  await history.learn(now)
  expect([asked.length, uses.of('inference:alice')]).toEqual([1, { knownSince: null, lastAt: null }])
  await passTo(600_000)
  await history.learn(now)
  expect(asked).toHaveLength(2)
  await passTo(1_200_000)
  await history.learn(now)
  expect([asked.length, warnings]).toEqual([
    6,
    ['earlier use of sub-accounts is unknown; what is not known counts as use'],
  ])
  const pruned = setup({ first: now.number - DAY })
  await pruned.history.learn(now)
  await pruned.history.learn(now)
  expect([pruned.asked.length, pruned.uses.of('inference:alice').knownSince]).toEqual([2, now.timestamp - DAY])
})
