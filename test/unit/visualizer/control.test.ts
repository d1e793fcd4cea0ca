import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { createSimulatedBroker } from '../../../src/testing/index.ts'
import { createApprovals } from '../../../src/visualizer/approvals.ts'
import { createEntryLog } from '../../../src/visualizer/entry-log.ts'
import { createControl } from '../../../src/visualizer/control.ts'

test('a top-up sends no more than the user agreed to, whatever was charged since the page was drawn', async () => {
  await using sim = await createSimulatedBroker()
  const { broker, provider } = sim
  await broker.ledger.addLedger('20')
  await broker.ledger.transferFund(provider.address, 'inference', '2')
  const log = createEntryLog(broker, { dryRun: false, onEntry: () => undefined })
  const control = createControl(broker, { ...log, approvals: createApprovals() })
  await sim.advance('1m')
  sim.spend(provider, '1.5')
  const amount = `${og('1')}` as const
  expect(control.use({ action: 'top-up', provider: provider.address, serviceType: 'inference', amount })).toBeNull()
  await sim.advance('5m')
  expect(await broker.position()).toMatchObject({
    ledger: { available: og('17') },
    subAccounts: [{ available: og('1.5') }],
  })
  log.close()
})
