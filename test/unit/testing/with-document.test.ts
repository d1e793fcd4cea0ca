import { afterEach, expect, test, vi } from 'vitest'
import { createSimulatedBroker } from '../../../src/testing/index.ts'

afterEach(() => vi.unstubAllGlobals())

test('simulated time runs as well where a test has a document', async () => {
  vi.stubGlobal('document', {})
  await using sim = await createSimulatedBroker({ providers: 1 })
  const { ledger } = sim.broker
  await sim.until(ledger.addLedger('20'))
  await sim.until(ledger.transferFund(sim.provider.address, 'inference', '5'))
  await sim.until(ledger.retrieveFund('inference'))
  await sim.advance('2d')
  await sim.until(ledger.claimRefunds())
  await sim.until(ledger.closeLedger())
  expect(await sim.broker.position()).toMatchObject({ ledger: null, subAccounts: [] })
})
