import { createSimulatedBroker } from 'og-ledger/testing'
import { expect, test } from 'vitest'

test('a provider comes, changes its offer, loses its acceptance and goes', async () => {
  await using sim = await createSimulatedBroker()
  const { broker, chain } = sim
  const { address } = chain.register('0x00000000000000000000000000000000000000AA')
  await broker.ledger.addLedger('10')
  await broker.ledger.transferFund(address, 'inference', '2')
  sim.spend(address, '0.5')
  chain.changeOffer(address, { inputPrice: 5n }) // the acceptance stays
  sim.spend(address, '0.5')
  chain.changeOffer(address, { model: 'other-model' }) // the acceptance is gone
  expect(() => sim.spend(address, '0.5')).toThrow('This charge would take nothing.')
  chain.setAccepted(address, true)
  sim.spend(address, '0.5')
  chain.leave(address)
  expect(chain.providers.map((one) => one.address)).not.toContain(address)
})
