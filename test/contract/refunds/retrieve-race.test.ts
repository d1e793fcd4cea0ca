import { getAddress, parseEther as og, toBeHex } from 'ethers'
import { expect, test } from 'vitest'
import { createBroker, memoryJournal } from '../../../src/index.ts'
import { callOf, transact, type Call } from '../../../src/local/transact.ts'
import { connect, localChain } from '../../support/chain.ts'
import { startProxy } from '../../support/proxy.ts'

const providers = Array.from({ length: 20 }, (_, index) => getAddress(toBeHex(index + 1, 20)))
const [full = '', ...others] = providers

test('a batch leaves out a provider whose refund places fill up after the reading, and retrieves from the other nineteen', async () => {
  await using chain = await localChain({ inferenceProviders: 0, fineTuningProviders: 0, wallets: 1 })
  await using proxy = await startProxy(chain.anvil.url)
  const [user] = chain.wallets
  if (!user) throw new Error('The chain lacks a wallet.')
  const { ledger } = chain.contracts
  const transfer = (provider: string, amount: string): Call =>
    callOf(ledger, 'transferFund', [provider, 'inference-v1.0', og(amount)])
  const retrieve = (provider: string): Call => callOf(ledger, 'retrieveFund', [[provider], 'inference-v1.0'])
  await transact(user, [callOf(ledger, 'addLedger', [''], og('100')), ...providers.map((one) => transfer(one, '1'))])
  const journal = memoryJournal()
  const signer = user.connect(connect(proxy.url))
  await using broker = await createBroker({ signer, network: chain.network, journal })

  // The position is read; the proxy holds back the gas estimate that follows it.
  let arrived = (): void => undefined
  const estimate = new Promise<void>((resolve) => (arrived = resolve))
  let resume = (): void => undefined
  proxy.fault(({ method, index }) => {
    if (method !== 'eth_estimateGas' || index > 0) return undefined
    resume = proxy.pause()
    arrived()
    return undefined
  })
  const retrieving = broker.ledger.retrieveFund('inference')
  await estimate
  const fill = ['0.5', '0.25', '0.125', '0.0625'].flatMap((amount) => [transfer(full, amount), retrieve(full)])
  await transact(user, [retrieve(full), ...fill, transfer(full, '0.01')])
  resume()

  const { receipts } = await retrieving
  expect(receipts).toHaveLength(1)
  const { data = '' } = (await chain.provider.getTransaction(receipts[0]?.transactionHash ?? '')) ?? {}
  const [asked] = ledger.interface.decodeFunctionData('retrieveFund', data) as unknown as [string[]]
  expect([...asked]).toEqual(others)
  const { subAccounts } = await broker.position()
  expect(subAccounts.map(({ provider, available }) => [provider, available])).toEqual([
    [full, og('0.01')],
    ...others.map((provider) => [provider, 0n]),
  ])
})
