import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { isPutBack, locateRetrieve, retrieveBlock } from '../../../src/refunds/claim-progress.ts'
import { accountOf, laneWorld, retrieve, topUp } from '../../support/lane-world.ts'
import { receiptOf } from '../../support/scripted-port.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('the progress of a claim is that of its own transactions, once they are mined and not reverted', async () => {
  const { lane, mine, send } = laneWorld()
  const claim = { claim: 'one', decidedAt: null }
  const seen = () => [retrieveBlock(lane, 'one'), isPutBack(lane, 'one', accountOf('alice'))]
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

test('a retrieve that a reorganisation moved is located in the block that it is in now', async () => {
  const { lane, mine, port } = laneWorld()
  const hash = await mine(retrieve('alice', { claim: 'one', decidedAt: null }), 5)
  await locateRetrieve(lane, 'one')
  expect(retrieveBlock(lane, 'one')).toBe(5)
  port.receipts.set(hash, receiptOf(hash, 8))
  await locateRetrieve(lane, 'one')
  await locateRetrieve(lane, 'other')
  expect([retrieveBlock(lane, 'one'), lane.minedIn(7, 8).length]).toEqual([8, 1])
  await lane.close()
})
