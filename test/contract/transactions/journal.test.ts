import { Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBroker, LedgerClosingError, LockedError, memoryJournal, type Journal } from '../../../src/index.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { lowWallet } from '../../support/low-wallet.ts'
import { startProxy, type Proxy } from '../../support/proxy.ts'
import { EXACT } from '../../support/exact.ts'

let chain: LocalChain
let proxy: Proxy

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0 })
  proxy = await startProxy(chain.anvil.url)
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

async function brokerWith(journal: Journal) {
  const { wallet, needed } = await lowWallet(chain, chain.inference)
  const signer = new Wallet(wallet.privateKey, connect(proxy.url))
  const broker = await createBroker({ signer, network: chain.network, journal })
  proxy.reset()
  return { broker, provider: [...needed.keys()][0] ?? '' }
}

const full = () => Promise.reject(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }))

test('an intent that the journal cannot record is not sent, and the error says why', async () => {
  const { broker, provider } = await brokerWith({ ...memoryJournal(), append: full })
  await expect(broker.ledger.transferFund(provider, 'inference', '1')).rejects.toMatchObject({
    name: 'NotRecordedError',
    message: [
      'The intent could not be recorded, so it was not sent.',
      '',
      'reason: ENOSPC: no space left on device',
    ].join('\n'),
  })
  expect(proxy.calls['eth_sendRawTransaction']).toBeUndefined()
  await broker.close()
})

test('the lane opens a journal that was locked before, and learns that the ledger is being closed, before it pays anything', async () => {
  const inner = memoryJournal()
  await inner.append({ type: 'closing', id: 'closing-1', at: 1 })
  let isHeld = true
  const journal = { ...inner, load: () => (isHeld ? Promise.reject(new Error('held')) : inner.load()) }
  const { broker, provider } = await brokerWith(journal)
  isHeld = false
  await expect(broker.ledger.transferFund(provider, 'inference', '1')).rejects.toThrow(LedgerClosingError)
  expect(proxy.calls['eth_sendRawTransaction']).toBeUndefined()
  await broker.close()
})

test('a broker whose journal is locked reads, and refuses to send until it gets the journal', async () => {
  const inner = memoryJournal()
  const held = new LockedError('Another process sends transactions for this wallet.', { process: 'pid 1' })
  let isHeld = true
  const journal = { ...inner, load: () => (isHeld ? Promise.reject(held) : inner.load()) }
  const { broker, provider } = await brokerWith(journal)

  expect((await broker.position()).subAccounts).toHaveLength(1)
  expect(() => broker.inference.startAutoFunding(provider, EXACT)).toThrow(held)
  await expect(broker.ledger.transferFund(provider, 'inference', '1')).rejects.toThrow(held)
  expect(proxy.calls['eth_sendRawTransaction']).toBeUndefined()

  isHeld = false
  expect(await broker.ledger.transferFund(provider, 'inference', '1')).toMatchObject({ success: true })
  await broker.close()
})
