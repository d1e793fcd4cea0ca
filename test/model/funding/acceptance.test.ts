import { expect, test } from 'vitest'
import { createSimulatedBroker } from '../../../src/testing/index.ts'
import { bentWorld } from '../../support/bent-world.ts'
import { EXACT } from '../../support/exact.ts'

const OG = 10n ** 18n

test('a provider whose signer the owner does not accept gets nothing until the owner does', async () => {
  await using sim = await createSimulatedBroker({ seed: 1 })
  const { broker, provider, chain } = sim
  chain.setAccepted(provider.address, false)
  await sim.until(broker.ledger.addLedger('10'))
  const funding = broker.inference.startAutoFunding(provider.address, { ...EXACT, unsettledFee: false })
  await sim.advance('1h')
  expect((await broker.position()).subAccounts).toEqual([])
  expect((await broker.plan()).decisions).toMatchObject([
    { action: 'hold', reason: 'provider-unaccepted', deficit: 2n * OG },
  ])
  chain.setAccepted(provider.address, true)
  await sim.advance('1m')
  expect(funding.getSnapshot().context).toMatchObject({ reason: 'sufficient', topUps: 1 })
  expect((await broker.position()).subAccounts.map(({ available }) => available)).toEqual([2n * OG])
})

test('an acceptance that the owner takes back is noticed within ten minutes', async () => {
  await using sim = await createSimulatedBroker({ seed: 1 })
  const { broker, provider, chain } = sim
  await sim.until(broker.ledger.addLedger('10'))
  const funding = broker.inference.startAutoFunding(provider.address, { ...EXACT, unsettledFee: false })
  await sim.advance('1m')
  sim.spend(provider, '1')
  chain.setAccepted(provider.address, false)
  broker.inference.pauseAutoFunding()
  await sim.advance('11m')
  broker.inference.resumeAutoFunding()
  await sim.advance('1h')
  expect(funding.getSnapshot().context).toMatchObject({ reason: 'provider-unaccepted', topUps: 1 })
  expect((await broker.position()).subAccounts.map(({ available }) => available)).toEqual([OG])
})

test('a provider of an older contract, which does not tell of acceptance, is funded', async () => {
  await using world = bentWorld()
  const broker = await world.open({
    bend: (connected) => ({
      ...connected,
      readService: async (provider) => ({ ...(await connected.readService(provider)), accepted: null }),
    }),
  })
  await world.until(broker.ledger.addLedger('10'))
  const funding = broker.inference.startAutoFunding(world.provider, EXACT)
  await world.advance(60)
  expect(funding.getSnapshot().context.reason).toBe('sufficient')
})
