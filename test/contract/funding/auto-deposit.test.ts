import { parseEther as og, Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEPOSIT_GAS } from '../../../machines/gas-costs.ts'
import { createBroker, memoryJournal, type Broker } from '../../../src/index.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { until } from '../../support/until.ts'

let chain: LocalChain
beforeAll(async () => void (chain = await localChain({ inferenceProviders: 2, fineTuningProviders: 0 })))
afterAll(() => chain[Symbol.asyncDispose]())

test('an empty ledger is opened and refilled from the wallet, top-ups follow, and a restart deposits nothing twice', async () => {
  const { privateKey } = Wallet.createRandom()
  const signer = new Wallet(privateKey, chain.provider)
  await chain.provider.send('anvil_setBalance', [signer.address, `0x${og('100').toString(16)}`])
  const journal = memoryJournal()
  const open = () => createBroker({ signer, network: chain.network, journal, intervalMs: 200 })
  const start = (one: Broker) => {
    one.ledger.startAutoDeposit({ trigger: '18', target: '20', budget: { amount: '60', per: '24h' } })
    for (const { address } of chain.inference) one.inference.startAutoFunding(address, { target: 2 })
  }
  const available = async (one: Broker) => {
    const { ledger, subAccounts } = await one.position()
    return [ledger?.available ?? null, ...subAccounts.map((account) => account.available)]
  }

  const first = await open()
  start(first)
  await until(() => first.inference.autoFundingStatus().every(({ reason }) => reason === 'sufficient'))
  expect(await available(first)).toEqual([og('20'), og('2'), og('2')])
  expect(first.ledger.autoDepositStatus()).toMatchObject({ deposits: 1, paid: String(og('24')), failure: null })
  for (const actor of first.transactions()) {
    const { operation, gasUsed } = actor.getSnapshot().context
    if (operation === 'depositFund') expect(BigInt(gasUsed ?? 0)).toBeLessThanOrEqual(DEPOSIT_GAS)
  }

  await first.close()

  // Both charge all they have; the second process ends with the next deposit in the pool.
  for (const provider of chain.inference) await provider.settle(signer.address, og('2'))
  await chain.setAutomine(false)
  const second = await open()
  start(second)
  const isSent = (one: Broker) =>
    one.transactions().filter((actor) => {
      const { value, context } = actor.getSnapshot()
      return value === 'broadcast' && context.operation === 'depositFund'
    }).length === 1
  await until(() => isSent(second))
  await second.close()

  const third = await open()
  start(third)
  await until(() => third.ledger.autoDepositStatus()?.reason === 'in-flight')
  await chain.mine()
  await chain.setAutomine(true)
  const isDone = () =>
    third.ledger.autoDepositStatus()?.reason === 'sufficient' &&
    third.inference.autoFundingStatus().every(({ reason }) => reason === 'sufficient')
  await until(isDone)
  expect(await available(third)).toEqual([og('20'), og('2'), og('2')])
  const spent = og('100') - (await third.position()).wallet.balance
  expect([spent >= og('28'), spent < og('28.1')]).toEqual([true, true])
  expect(third.ledger.autoDepositStatus()).toMatchObject({ deposits: 0, failure: null })
  await third.close()
})
