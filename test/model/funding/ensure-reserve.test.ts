import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { BudgetExhaustedError } from '../../../src/index.ts'
import { createSimulatedBroker } from '../../../src/testing/index.ts'
import { EXACT } from '../../support/exact.ts'

test('ensureFunded counts what is in flight out of the ledger, so that the reserve stays', async () => {
  await using sim = await createSimulatedBroker({ providers: 2, automine: false })
  const [alice = sim.provider, bob = sim.provider] = sim.providers
  const { ledger, inference } = sim.broker
  await sim.until(ledger.addLedger('10'))
  for (const { address } of [alice, bob]) inference.startAutoFunding(address, { ...EXACT, ledgerReserve: '5' })
  inference.pauseAutoFunding()
  const outcomes = [alice, bob].map(({ address }) =>
    inference.ensureFunded(address, '4').catch((error: unknown) => error),
  )
  const [first, second] = await sim.until(Promise.all(outcomes))
  expect(first).toMatchObject({ success: true })
  expect(second).toBeInstanceOf(BudgetExhaustedError)
  expect((await sim.broker.position()).ledger?.available).toBe(og('6'))
})
