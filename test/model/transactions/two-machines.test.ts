import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import type { Broker } from '../../../src/broker.types.ts'
import { bentWorld } from '../../support/bent-world.ts'
import { EXACT } from '../../support/exact.ts'

const LOCK = 3_600

/** A ledger of 20 OG, and two brokers with the wallet's key that share no journal. */
async function twoMachines() {
  const world = bentWorld({ lockTime: LOCK })
  const first = await world.open({ intervalMs: 1_000 })
  await world.until(first.ledger.addLedger('20'))
  const second = await world.open({ intervalMs: 1_000 })
  await world.until(second.position())
  return { world, brokers: [first, second], provider: world.provider }
}

/** A wallet with 3 OG in a sub-account: 1 OG of them is an unlocked refund, and 2 OG are free. */
async function twoClaimants() {
  const machines = await twoMachines()
  const { world, brokers, provider } = machines
  const [first] = brokers as [Broker]
  await world.until(first.ledger.transferFund(provider, 'inference', '3'))
  await world.until(first.ledger.retrieveFund('inference'))
  await world.advance(LOCK + 1)
  await world.until(first.ledger.transferFund(provider, 'inference', '2'))
  await world.advance(30)
  return machines
}

test('ensureFunded on two machines at once pays the need once, and both calls succeed', async () => {
  const { world, brokers, provider } = await twoMachines()
  await using _ = world
  await world.until(Promise.all(brokers.map((broker) => broker.inference.ensureFunded(provider, '2'))))
  expect(world.position()).toMatchObject({ ledger: { available: og('18') }, subAccounts: [{ available: og('2') }] })
})

test('ledger.ensureFunded on two machines at once deposits what is missing once', async () => {
  const { world, brokers } = await twoMachines()
  await using _ = world
  const receipts = await world.until(Promise.all(brokers.map((broker) => broker.ledger.ensureFunded('25'))))
  expect(receipts.filter((receipt) => receipt === null).length).toBe(1)
  expect(world.position().ledger?.available).toBe(og('25'))
})

test('two machines that claim at once leave in the sub-account what was free there, once', async () => {
  const { world, brokers } = await twoClaimants()
  await using _ = world
  const outcomes = await world.until(Promise.allSettled(brokers.map((broker) => broker.ledger.claimRefunds())))
  await world.advance(60)
  expect(world.position()).toMatchObject({
    ledger: { available: og('18') },
    subAccounts: [{ available: og('2'), pendingRefund: 0n }],
  })
  const ends = outcomes.map((outcome) => (outcome.status === 'rejected' ? String(outcome.reason) : 'claimed'))
  expect(ends.toSorted()).toEqual([expect.stringContaining('There is nothing to claim'), 'claimed'])
})

test('two machines that auto-fund one provider pay each of twenty drains once', async () => {
  const { world, brokers, provider } = await twoMachines()
  await using _ = world
  for (const broker of brokers) broker.inference.startAutoFunding(provider, EXACT)
  await world.advance(60)
  for (let drain = 0; drain < 20; drain += 1) {
    world.chain.spend(provider, world.wallet, '0.5')
    await world.advance(60)
  }
  expect(world.position()).toMatchObject({ ledger: { available: og('8') }, subAccounts: [{ available: og('2') }] })
})
