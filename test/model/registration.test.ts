import { expect, test } from 'vitest'
import { createSimulatedBroker } from '../../src/testing/index.ts'

const STRANGER = `0x${'11'.repeat(20)}`

test.each([{}, { unsettledFee: false as const }])(
  'a provider that offers nothing gets nothing, however often that could not be read (%o)',
  async (config) => {
    for (const failures of [0, 1, 2, 3, 5]) {
      await using sim = await createSimulatedBroker({ seed: 1 })
      const { broker } = sim
      await sim.until(broker.ledger.addLedger('10'))
      const funding = broker.inference.startAutoFunding(STRANGER, config)
      // The first reading is on its way; whatever is asked next fails.
      await Promise.resolve()
      if (failures > 0) sim.fail('read', failures)
      await sim.advance('5m')
      expect([failures, (await broker.position()).subAccounts, funding.getSnapshot().context.reason]).toEqual([
        failures,
        [],
        'provider-unregistered',
      ])
    }
  },
)

test('auto-funding waits until it is read what the provider offers, and then funds it', async () => {
  await using sim = await createSimulatedBroker({ seed: 1 })
  const { broker, provider } = sim
  await sim.until(broker.ledger.addLedger('10'))
  broker.inference.startAutoFunding(provider.address, { unsettledFee: false })
  await Promise.resolve()
  sim.fail('read', 2)
  await sim.advance('5m')
  expect((await broker.position()).subAccounts.map(({ available }) => available)).toEqual([2n * 10n ** 18n])
})
