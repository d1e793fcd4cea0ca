import { parseEther as og, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createBroker, memoryJournal, type Broker } from '../../../src/index.ts'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { deployVersion } from '../../support/other-version.ts'
import { EXACT } from '../../support/exact.ts'

const LOCK = 3_600
const VERSION = 'inference-v1.1'

let chain: LocalChain
let restore: () => Promise<void>
let user: Wallet
let alice: LocalProvider, bob: LocalProvider
let broker: Broker

/** The wallet has sub-accounts with alice and bob in another version, and one with alice in the network's own. */
beforeAll(async () => {
  chain = await localChain({ lockTime: LOCK, inferenceProviders: 2, fineTuningProviders: 0, wallets: 1 })
  ;[user] = chain.wallets as [Wallet]
  ;[alice, bob] = chain.inference as [LocalProvider, LocalProvider]
  await deployVersion(chain, { serviceType: 'inference', version: 'v1.1', lockTime: LOCK })
  await transact(user, [
    callOf(chain.contracts.ledger, 'addLedger', [''], og('20')),
    transfer(alice, 'inference-v1.0', '1'),
    transfer(alice, VERSION, '2'),
    transfer(bob, VERSION, '3'),
  ])
  restore = await chain.snapshot()
})
beforeEach(async () => {
  broker = await createBroker({ signer: user, network: chain.network, journal: memoryJournal() })
})
afterEach(async () => {
  await broker.close()
  await restore()
})
afterAll(() => chain[Symbol.asyncDispose]())

test('retrieveFund asks back what lies in a version by its exact name, and that alone', async () => {
  const { receipts } = await broker.ledger.retrieveFund(VERSION)
  expect(receipts).toHaveLength(1)
  expect(await held()).toEqual([
    ['inference', alice.address, og('1'), 0n],
    [VERSION, alice.address, og('2'), og('2')],
    [VERSION, bob.address, og('3'), og('3')],
  ])
  await expect(broker.ledger.retrieveFund(VERSION)).rejects.toMatchObject({
    name: 'NothingToRetrieveError',
    facts: { locked: '5 OG' },
  })
})

test('retrieveFundFromProvider does so from one provider, also while auto-funding keeps its other sub-account', async () => {
  broker.inference.startAutoFunding(alice.address, { ...EXACT, unsettledFee: false })
  broker.inference.pauseAutoFunding()
  await broker.ledger.retrieveFundFromProvider(alice.address, VERSION)
  expect((await held()).slice(1)).toEqual([
    [VERSION, alice.address, og('2'), og('2')],
    [VERSION, bob.address, og('3'), 0n],
  ])
  const stranger = broker.wallet
  await expect(broker.ledger.retrieveFundFromProvider(stranger, VERSION)).rejects.toMatchObject({
    name: 'AccountNotExistsError',
    errorArgs: { user: user.address, provider: stranger },
  })
})

test('claimRefunds brings home what is unlocked there, and from the network itself, in one call', async () => {
  await broker.ledger.retrieveFund(VERSION)
  await broker.ledger.retrieveFund('inference')
  await expect(broker.ledger.claimRefunds()).rejects.toMatchObject({
    name: 'NothingToRetrieveError',
    facts: { locked: '6 OG', 'sub-accounts': '3' },
  })
  await chain.warp(LOCK)
  const { claimed, putBack, receipts } = await broker.ledger.claimRefunds()
  expect({ claimed, putBack, receipts: receipts.length }).toEqual({ claimed: og('6'), putBack: 0n, receipts: 2 })
  expect(await held()).toEqual([['inference', alice.address, 0n, 0n]])
  expect((await broker.position()).ledger).toMatchObject({ available: og('20'), locked: 0n })
})

test('claimRefunds from one provider there locks nothing: it refuses where something is available', async () => {
  await broker.ledger.retrieveFund(VERSION)
  await transact(user, [transfer(bob, VERSION, '1')])
  const claim = ({ address }: LocalProvider) => broker.ledger.claimRefunds(address, VERSION)
  await expect(claim(alice)).rejects.toMatchObject({ name: 'NothingToRetrieveError', facts: { locked: '2 OG' } })
  await chain.warp(LOCK)
  expect(await claim(alice)).toMatchObject({ claimed: og('2'), putBack: 0n })
  await expect(claim(bob)).rejects.toMatchObject({
    name: 'WouldLockError',
    facts: { 'would be locked': '1 OG', claimable: '2 OG', do: expect.stringContaining(VERSION) as string },
  })
  await expect(broker.ledger.claimRefunds()).rejects.toMatchObject({ name: 'NothingToRetrieveError' })
  await broker.ledger.retrieveFund(VERSION)
  expect((await held()).slice(1)).toEqual([[VERSION, bob.address, og('1'), og('1')]])
})

test('an aborted claim sends nothing', async () => {
  await broker.ledger.retrieveFund(VERSION)
  await chain.warp(LOCK)
  const nonce = await user.getNonce()
  const signal = AbortSignal.abort()
  await expect(broker.ledger.claimRefunds(alice.address, VERSION, { signal })).rejects.toThrow('Aborted')
  expect(await user.getNonce()).toBe(nonce)
})

test('a version without money of the wallet is no service', async () => {
  for (const attempt of [
    broker.ledger.retrieveFund('inference-v1.2'),
    broker.ledger.claimRefunds(alice.address, 'inference-v1.2'),
  ])
    await expect(attempt).rejects.toThrow('There is no such service type.')
})

/** Service, provider, balance and pending refund of every sub-account. */
async function held() {
  const { subAccounts, elsewhere = [] } = await broker.position()
  return [
    ...subAccounts.map((one) => [one.serviceType, one.provider, one.balance, one.pendingRefund]),
    ...elsewhere.map((one) => [one.service, one.provider, one.balance, one.pendingRefund]),
  ]
}

function transfer({ address }: LocalProvider, service: string, amount: string) {
  return callOf(chain.contracts.ledger, 'transferFund', [address, service, og(amount)])
}
