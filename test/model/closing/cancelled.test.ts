import { expect, test } from 'vitest'
import { ClosingCancelledError, ReadError } from '../../../src/index.ts'
import { createSimulatedBroker } from '../../../src/testing/index.ts'

test('a caller that waits for a closing gets its cancellation, though the chain cannot be read at that moment', async () => {
  await using sim = await createSimulatedBroker()
  const { ledger } = sim.broker
  await ledger.addLedger('10')
  await ledger.transferFund(sim.provider.address, 'inference', '2')
  const closed = ledger.closeLedger().catch((error: unknown) => error)
  await sim.advance('1m')
  sim.fail('read')
  await expect(sim.until(ledger.cancelClosing())).rejects.toThrow(ReadError)
  expect(await sim.until(closed, '1h')).toBeInstanceOf(ClosingCancelledError)
})

test('a caller that closes the ledger again, while the remainder of a cancelled closing is read, waits for the second closing', async () => {
  await using sim = await createSimulatedBroker()
  const { ledger } = sim.broker
  await ledger.addLedger('10')
  await ledger.transferFund(sim.provider.address, 'inference', '2')
  const first = ledger.closeLedger().catch((error: unknown) => error)
  await sim.advance('1m')
  const cancelled = ledger.cancelClosing()
  const second = ledger.closeLedger()
  await sim.until(cancelled)
  expect(await sim.until(first)).toBeInstanceOf(ClosingCancelledError)
  expect(await sim.until(second)).toMatchObject({ success: true })
  expect((await sim.broker.position()).ledger).toBeNull()
})
