import { parseEther as og, toBeHex, type Wallet } from 'ethers'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createBroker, memoryJournal, ServiceNotOfferedError, type Broker } from '../../../src/index.ts'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { startProxy, type Proxy } from '../../support/proxy.ts'

const STRANGER = toBeHex(0x57a, 20)

let chain: LocalChain, proxy: Proxy, user: Wallet
let serving: LocalProvider, tuner: LocalProvider
let broker: Broker

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 1, wallets: 1 })
  proxy = await startProxy(chain.anvil.url)
  ;[user] = chain.wallets as [Wallet]
  ;[[serving], [tuner]] = [chain.inference, chain.fineTuning] as [[LocalProvider], [LocalProvider]]
  await transact(user, [callOf(chain.contracts.ledger, 'addLedger', [''], og('50'))])
  const signer = user.connect(connect(proxy.url))
  broker = await createBroker({ signer, network: chain.network, journal: memoryJournal() })
})
beforeEach(() => proxy.reset())
afterAll(async () => {
  await broker.close()
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

test('an address that does not offer the service is refused after one call, and nothing is sent', async () => {
  for (const [payee, type, sentence] of [
    [tuner.address, 'inference', 'This address offers fine-tuning, not inference.'],
    [serving.address, 'fine-tuning', 'This address offers inference, not fine-tuning.'],
    [STRANGER, 'inference', 'This address offers no service at all.'],
  ] as const) {
    proxy.reset()
    const manager = type === 'inference' ? broker.inference : broker.fineTuning
    await expect(manager.ensureFunded(payee, '1')).rejects.toThrow(sentence)
    // A position, and one call for both services.
    expect(proxy.calls['eth_call']).toBe(2)
    await expect(broker.ledger.transferFund(payee, type, '1')).rejects.toThrow(ServiceNotOfferedError)
    expect(proxy.calls['eth_call']).toBe(4)
    expect(proxy.calls['eth_sendRawTransaction']).toBeUndefined()
  }
  expect((await broker.position()).subAccounts).toEqual([])
})

test('a provider that removes its service gets nothing more, and gives everything back', async () => {
  const { ledger, inference } = broker
  const removal = chain.contracts.inference.getFunction('removeService')
  await ledger.transferFund(serving.address, 'inference', '2')
  await ledger.retrieveFundFromProvider(serving.address, 'inference')
  await chain.provider.send('anvil_impersonateAccount', [serving.address])
  const signer = await chain.provider.getSigner(serving.address)
  await (await signer.sendTransaction(await removal.populateTransaction())).wait()
  await using late = await createBroker({ signer: user, network: chain.network, journal: memoryJournal() })
  await expect(late.inference.ensureFunded(serving.address, '3', { onPendingRefund: 'reuse' })).rejects.toThrow(
    'This address offers no service at all.',
  )
  await late.ledger.transferFund(serving.address, 'inference', '1')
  expect((await late.position()).subAccounts).toMatchObject([{ available: og('1'), pendingRefund: og('1') }])
  await chain.warp(3_601)
  expect(await late.ledger.claimRefunds()).toMatchObject({ claimed: og('1') })
  expect((await late.position()).subAccounts).toMatchObject([{ available: og('1'), pendingRefund: 0n }])
  await late.ledger.retrieveFundFromProvider(serving.address, 'inference')
  expect(await inference.acknowledged(serving.address)).toBe(true)
})
