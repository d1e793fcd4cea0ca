import { createSimulatedBroker } from 'og-ledger/testing'
import 'og-ledger/testing/vitest' // toBeInState, toHold: needs vitest, an optional peer dependency
import { expect, test } from 'vitest'

test('a charge is answered with what is missing', async () => {
  await using sim = await createSimulatedBroker({ seed: 7 })
  await sim.broker.ledger.addLedger('10')
  const funding = sim.broker.inference.startAutoFunding(sim.provider.address)
  await sim.advance('1m')
  sim.spend(sim.provider, '1.5')
  sim.fail('read', 3) // the node does not answer three times
  await sim.advance('2m')
  expect(sim.broker.subAccount(sim.provider.address, 'inference')).toBeInState('funded')
  expect(funding).toHold('sufficient')
})
