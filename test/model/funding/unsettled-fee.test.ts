import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import { createSimulatedBroker } from '../../../src/testing/index.ts'
import { EXACT } from '../../support/exact.ts'

test('a fee of the old source, answered or not, does not count once the config has another source', async () => {
  await using sim = await createSimulatedBroker()
  const { inference, ledger } = sim.broker
  await sim.until(ledger.addLedger('20'))
  const status = () => inference.autoFundingStatus()[0]
  let answer: (fee: bigint) => void = () => undefined
  const late = () => new Promise<bigint>((resolve) => (answer = resolve))

  inference.startAutoFunding(sim.provider.address, { ...EXACT, unsettledFee: late, ledgerReserve: '19' })
  await sim.advance('1s')
  inference.startAutoFunding(sim.provider.address, { ...EXACT, unsettledFee: () => 0n })
  answer(og('5'))
  await sim.advance('2m')
  expect(sim.chain.position(sim.broker.wallet).subAccounts).toMatchObject([{ available: og('2') }])

  inference.startAutoFunding(sim.provider.address, { ...EXACT, unsettledFee: () => og('3'), ledgerReserve: '18' })
  await sim.advance('1m')
  expect(status()).toMatchObject({ unsettledFee: og('3'), reason: 'reserve' })
  inference.startAutoFunding(sim.provider.address, { ...EXACT, unsettledFee: late })
  expect(status()).toMatchObject({ unsettledFee: 0n, feeAt: null })
  await sim.advance('2m')
  expect(sim.chain.position(sim.broker.wallet).subAccounts).toMatchObject([{ available: og('2') }])
})

test('a fee stands when auto-funding is started again with the same source', async () => {
  await using sim = await createSimulatedBroker()
  const { inference, ledger } = sim.broker
  await sim.until(ledger.addLedger('20'))
  const unsettledFee = () => og('1')
  inference.startAutoFunding(sim.provider.address, { ...EXACT, unsettledFee })
  await sim.advance('1m')
  inference.startAutoFunding(sim.provider.address, { ...EXACT, unsettledFee, maxTopUp: '5' })
  expect(inference.autoFundingStatus()).toMatchObject([{ unsettledFee: og('1'), reason: 'sufficient' }])
})
