import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import type { AutoFundingConfig } from '../../../src/index.ts'
import { createSimulatedBroker } from '../../../src/testing/index.ts'
import { EXACT } from '../../support/exact.ts'

/** A day with a charge of 0.005 OG every five minutes: how many top-ups it took, and what the provider was sent. */
async function dayOf(config: AutoFundingConfig) {
  await using sim = await createSimulatedBroker({ seed: 3 })
  const { broker, provider } = sim
  await sim.until(broker.ledger.addLedger('100'))
  broker.inference.startAutoFunding(provider.address, config)
  await sim.advance('2m')
  const opening = (await broker.position()).subAccounts[0]?.available
  let topUps = 0
  let smallest = opening ?? 0n
  for (let charge = 0; charge < 288; charge += 1) {
    sim.spend(provider, '0.005')
    const before = (await broker.position()).subAccounts[0]?.available ?? 0n
    await sim.advance('5m')
    const after = (await broker.position()).subAccounts[0]?.available ?? 0n
    if (after > before) topUps += 1
    if (after < smallest) smallest = after
  }
  const { ledger } = await broker.position()
  return { opening, topUps, smallest, sent: og('100') - (ledger?.available ?? 0n) }
}

test('288 small charges a day take one top-up by default, and one each where the caller wants exact amounts', async () => {
  expect(await dayOf({})).toEqual({ opening: og('3'), topUps: 1, smallest: og('2'), sent: og('4.005') })
  expect(await dayOf(EXACT)).toEqual({ opening: og('2'), topUps: 288, smallest: og('2'), sent: og('3.44') })
})

test('a deficit of one wei at a target equal to the trigger pays the least payment', async () => {
  await using sim = await createSimulatedBroker({ seed: 3 })
  const { broker, provider } = sim
  await sim.until(broker.ledger.addLedger('10'))
  broker.inference.startAutoFunding(provider.address, { target: 2 })
  await sim.advance('2m')
  sim.spend(provider, 1n)
  await sim.advance('2m')
  expect((await broker.position()).subAccounts[0]?.available).toBe(og('2.1') - 1n)
})

test('a small ledger funds up to the trigger, and two share it by their triggers before either is filled up', async () => {
  await using sim = await createSimulatedBroker({ seed: 3, providers: 2 })
  const { broker } = sim
  await sim.until(broker.ledger.addLedger('4.5'))
  for (const { address } of sim.providers) broker.inference.startAutoFunding(address)
  await sim.advance('5m')
  const { ledger, subAccounts } = await broker.position()
  expect(ledger?.available).toBe(0n)
  expect(subAccounts.map(({ available }) => available)).toEqual([og('2.5'), og('2')])
  expect(broker.inference.autoFundingStatus().map(({ reason }) => reason)).toEqual(['sufficient', 'sufficient'])
})

test('ensureFunded sends exactly the amount that the caller wants', async () => {
  await using sim = await createSimulatedBroker({ seed: 3 })
  const { broker, provider } = sim
  await sim.until(broker.ledger.addLedger('10'))
  await sim.until(broker.inference.ensureFunded(provider.address, '1.25'))
  expect((await broker.position()).subAccounts[0]?.available).toBe(og('1.25'))
})
