import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import type { Position } from '../../../machines/index.ts'
import { memoryJournal } from '../../../src/index.ts'
import { bentWorld } from '../../support/bent-world.ts'
import { fleetWorld, fundedPolicy } from '../../support/fleet-world.ts'

const YEAR = 365 * 86_400

/** The same position at a block far ahead: what a caller may ask a plan for. */
const later = (position: Position): Position => ({
  ...position,
  block: { number: position.block.number + 10 ** 9, timestamp: position.block.timestamp + YEAR },
})

test('a plan for a position of the caller does not hide a withdrawal from auto-deposit', async () => {
  await using world = bentWorld()
  const broker = await world.open({ intervalMs: 1_000 })
  broker.ledger.startAutoDeposit({ trigger: '5', target: '10' })
  await world.advance(60)
  broker.planAt(later(await world.until(broker.position())))
  await world.until(broker.ledger.refund('7'))
  await world.advance(60)
  expect([world.position().ledger?.available, broker.ledger.autoDepositStatus()?.reason]).toEqual([
    og('3'),
    'withdrawal',
  ])
})

test('a plan for a position of the caller frees nothing of the budget that a fleet shares', async () => {
  await using world = fleetWorld({ wallets: 2 })
  const [given = '', kept = ''] = world.wallets
  const fleet = await world.open({
    policyFor: () => fundedPolicy(world.provider),
    budget: { amount: '2', per: '1d' },
    journalFor: () => memoryJournal(),
  })
  await world.supply(fleet.brokers())
  await world.advance(60)
  world.chain.spend(world.provider, given, '2.5')
  await world.advance(60)
  expect(world.availableOf(given)).toBe(og('2.5'))
  await fleet.remove(given)
  world.chain.spend(world.provider, kept, '2.5')
  const broker = fleet.broker(kept)
  broker?.planAt(later(world.chain.position(kept)))
  await world.advance(120)
  expect(world.availableOf(kept)).toBe(og('0.5'))
})
