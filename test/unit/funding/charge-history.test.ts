import { expect, test } from 'vitest'
import type { Block, Settlements } from '../../../machines/index.ts'
import { silent } from '../../../src/base/logger.ts'
import { createBurnRates } from '../../../src/funding/burn-rates.ts'
import { createChargeHistory } from '../../../src/funding/charge-history.ts'
import { createSimulatedTime } from '../../../src/testing/simulated-time.ts'

const DAY = 86_400
const id = { provider: 'alice', serviceType: 'inference' } as const
const position = {
  block: { number: 1_000_000, timestamp: 100 * DAY },
  wallet: { address: 'wallet', balance: 0n },
  ledger: null,
  subAccounts: [],
}

/** A node with a block a second that gives the logs of 50 000 blocks at once. */
function nodeWith(chargedAt: number) {
  const asked: Block[] = []
  let isAway = false
  const timeOf = (block: number) => position.block.timestamp - (position.block.number - block)
  const readSettlements = (until: Block, seconds: number): Promise<Settlements> => {
    asked.push(until)
    if (isAway) return Promise.reject(new Error('away'))
    const sinceBlock = Math.max(1, until.number - Math.min(seconds, 50_000) + 1)
    const since = timeOf(sinceBlock)
    const isIn = chargedAt >= since && chargedAt <= until.timestamp
    const settled = isIn ? [{ ...id, amount: 1n, at: chargedAt }] : []
    return Promise.resolve({ since, sinceBlock, until: until.timestamp, settled, paid: [], opened: [] })
  }
  const burns = createBurnRates()
  const { clock } = createSimulatedTime({ startMs: 0, onPass: () => undefined })
  const history = createChargeHistory({ burns, readSettlements, clock, logger: silent })
  return {
    history,
    asked,
    firstCharge: () => burns.firstCharge('inference:alice'),
    setAway: (away: boolean) => (isAway = away),
  }
}

test('a search goes back range by range, without a gap, until it finds the charge', async () => {
  const charge = position.block.timestamp - 2 * DAY
  const node = nodeWith(charge)
  await node.history.learn(position)
  const found = [node.firstCharge()]
  for (let searches = 0; searches < 4; searches += 1) {
    await node.history.search(position)
    found.push(node.firstCharge())
  }
  expect(found).toEqual([null, null, null, null, charge])
  const ends = node.asked.map(({ number }) => position.block.number - number)
  expect(ends).toEqual([0, 21_600, 71_600, 121_600, 171_600])
})

test('a search of all ranges ends, where no charge is found as well', async () => {
  const node = nodeWith(0)
  await node.history.searchAll(position)
  await node.history.search(position)
  expect([node.asked.length, node.firstCharge()]).toEqual([9, null])
})

test('a search ends at the first block', async () => {
  const node = nodeWith(0)
  await node.history.searchAll({ ...position, block: { number: 60_000, timestamp: 100 * DAY } })
  expect(node.asked.map(({ number }) => number)).toEqual([60_000, 38_400])
})

test('a node that fails is asked for the same range again, and not for ever', async () => {
  const charge = position.block.timestamp - DAY / 2
  const node = nodeWith(charge)
  await node.history.learn(position)
  node.setAway(true)
  await node.history.search(position)
  node.setAway(false)
  await node.history.search(position)
  expect(node.firstCharge()).toBe(charge)
  expect(new Set(node.asked.slice(1).map(({ number }) => number)).size).toBe(1)
  const silentNode = nodeWith(0)
  await silentNode.history.learn(position)
  silentNode.setAway(true)
  await silentNode.history.searchAll(position)
  expect(silentNode.asked).toHaveLength(9)
})

test('without logs nothing older is asked for', async () => {
  const node = nodeWith(0)
  node.setAway(true)
  await node.history.searchAll(position)
  expect(node.asked).toHaveLength(1)
})
