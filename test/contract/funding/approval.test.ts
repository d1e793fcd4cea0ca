import { parseEther } from 'ethers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createBroker, memoryJournal, type Broker } from '../../../src/index.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { until } from '../../support/until.ts'
import { EXACT } from '../../support/exact.ts'

let chain: LocalChain
let reset: () => Promise<void>

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 2, fineTuningProviders: 0 })
  reset = await chain.snapshot()
})
afterEach(() => reset())
afterAll(() => chain[Symbol.asyncDispose]())

const provider = (index = 0) => chain.inference[index]?.address ?? ''

test('an approved amount is not sent where another call is paying it already', async () => {
  const [signer] = chain.wallets
  if (!signer) throw new Error('no wallet')
  await using broker = await createBroker({ signer, network: chain.network, journal: memoryJournal() })
  await broker.ledger.addLedger('10')
  const approve = await proposed(broker)
  await chain.setAutomine(false)
  const paid = broker.ledger.transferFund(provider(), 'inference', '2')
  await until(() => broker.transactions().at(-1)?.getSnapshot().value === 'broadcast')
  approve(true)
  const mining = setInterval(() => void chain.mine(), 100)
  await paid
  await until(() => broker.inference.autoFundingStatus()[0]?.state === 'watching')
  clearInterval(mining)
  await chain.setAutomine(true)
  expect((await broker.position()).subAccounts).toMatchObject([{ balance: parseEther('2') }])
})

test('an approved amount is not sent once the budget is spent on another provider', async () => {
  const [signer] = chain.wallets
  if (!signer) throw new Error('no wallet')
  const budget = { amount: '2', per: '1d' } as const
  await using broker = await createBroker({ signer, network: chain.network, journal: memoryJournal(), budget })
  await broker.ledger.addLedger('10')
  const approve = await proposed(broker)
  await chain.setAutomine(false)
  const other = broker.inference.ensureFunded(provider(1), '2')
  await until(() => broker.transactions().at(-1)?.getSnapshot().value === 'broadcast')
  approve(true)
  await until(() => broker.inference.autoFundingStatus()[0]?.state !== 'awaitingApproval')
  const mining = setInterval(() => void chain.mine(), 100)
  await other
  clearInterval(mining)
  await chain.setAutomine(true)
  expect((await broker.position()).subAccounts).toMatchObject([{ provider: provider(1), balance: parseEther('2') }])
})

/** Starts auto-funding of the first provider, and waits for its question. @returns what answers it */
function proposed(broker: Broker): Promise<(approved: boolean) => void> {
  return new Promise((resolve) => {
    broker.inference.startAutoFunding(provider(), { ...EXACT, approve: () => new Promise<boolean>(resolve) })
  })
}
