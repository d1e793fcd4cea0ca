import { parseEther as og } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBroker, memoryJournal } from '../../../src/index.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { lowWallet } from '../../support/low-wallet.ts'
import { startProviderServer, tellsFees } from '../../support/provider-server.ts'
import { until } from '../../support/until.ts'
import { EXACT } from '../../support/exact.ts'

let chain: LocalChain

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0 })
})
afterAll(() => chain[Symbol.asyncDispose]())

test('the unsettled fee that a provider tells is kept available on top of the minimum', async () => {
  const [provider] = chain.inference
  if (!provider) throw new Error('The chain lacks a provider.')
  const low = await lowWallet(chain, [provider])
  await using server = await startProviderServer(
    tellsFees({ [low.wallet.address]: og('0.75') }, { provider: provider.address, generation: 0 }),
  )
  const { inference } = chain.contracts
  const service = ['chatbot', server.url, 'local-model', 'TeeML', 1n, 1n, '{}', provider.address]
  const [owner] = [await chain.provider.getSigner(provider.address)]
  await transact(owner, [callOf(inference, 'addOrUpdateService', [service])])

  await using broker = await createBroker({ signer: low.wallet, network: chain.network, journal: memoryJournal() })
  broker.inference.startAutoFunding(provider.address, { ...EXACT, intervalMs: 100 })
  await until(() => broker.inference.autoFundingStatus()[0]?.unsettledFee === og('0.75'))
  await until(() => broker.inference.autoFundingStatus()[0]?.reason === 'sufficient')
  expect(broker.inference.autoFundingStatus()[0]?.feeError).toBeNull()
  expect((await broker.position()).subAccounts).toMatchObject([{ available: og('2.75') }])
})

test('a provider without a service gets no money', async () => {
  const low = await lowWallet(chain, [])
  await using broker = await createBroker({ signer: low.wallet, network: chain.network, journal: memoryJournal() })
  broker.inference.startAutoFunding('0x00000000000000000000000000000000000000AA', { ...EXACT, intervalMs: 100 })
  await until(() => broker.inference.autoFundingStatus()[0]?.reason === 'provider-unregistered')
  expect((await broker.position()).subAccounts).toEqual([])
})
