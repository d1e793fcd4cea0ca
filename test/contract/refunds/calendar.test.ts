import { parseEther as og, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createBroker, memoryJournal, type Broker, type PendingRefund } from '../../../src/index.ts'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact, type Call } from '../../../src/local/transact.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'

const LOCK = 3600

let chain: LocalChain
let restore: () => Promise<void>
let user: Wallet, alice: LocalProvider, bob: LocalProvider, tuner: LocalProvider
let broker: Broker
let warnings: object[] = []

beforeAll(async () => {
  chain = await localChain({ lockTime: LOCK, wallets: 1 })
  ;[user] = chain.wallets as [Wallet]
  ;[alice, bob] = chain.inference as [LocalProvider, LocalProvider]
  ;[tuner] = chain.fineTuning as [LocalProvider]
  await transact(user, [callOf(chain.contracts.ledger, 'addLedger', [''], og('100'))])
  restore = await chain.snapshot()
})
beforeEach(async () => {
  warnings = []
  const quiet = () => undefined
  // The wallet sends by hand here: the broker tells of each of those transactions as well.
  const isForeign = (details: object) => 'type' in details && details.type === 'foreign-transaction.seen'
  const warn = (details: object) => void (isForeign(details) || warnings.push(details))
  const logger = { debug: quiet, info: quiet, warn, error: warn }
  broker = await createBroker({ signer: user, network: chain.network, journal: memoryJournal(), logger })
})
afterEach(async () => {
  await broker.close()
  await restore()
})
afterAll(() => chain[Symbol.asyncDispose]())

test('every pending refund of both services is listed, the next to be unlocked first', async () => {
  const first = await asked(tuner, '2')
  await chain.warp(600)
  const second = await asked(alice, '3')
  await chain.warp(600)
  const third = await asked(bob, '1')
  await chain.warp(LOCK - 1_200)
  expect(await broker.ledger.refunds()).toEqual([
    { ...listed(tuner, '2', first), claimable: true },
    listed(alice, '3', second),
    listed(bob, '1', third),
  ])
  expect(warnings).toEqual([])
})

test('the calendar shows what a provider was paid out of which refund', async () => {
  const old = await asked(alice, '3')
  await chain.warp(60)
  await act(transfer(alice, '1'))
  const young = await askedBack(alice)
  expect(await broker.ledger.refunds()).toEqual([listed(alice, '2', old), listed(alice, '1', young)])
  await alice.settle(user.address, og('0.25'))
  expect(await broker.ledger.refunds()).toEqual([
    listed(alice, '2', old),
    { ...listed(alice, '0.75', young), drained: og('0.25') },
  ])
  await alice.settle(user.address, og('1.25'))
  expect(await broker.ledger.refunds()).toEqual([
    { ...listed(alice, '1.5', old), drained: og('0.5') },
    { ...listed(alice, '0', young), drained: og('1') },
  ])
  const amounts = ['0.25', '0.75', '0.5'].map((amount) => ({
    provider: alice.address,
    serviceType: 'inference',
    amount: `${amount} OG`,
  }))
  expect(warnings).toEqual(amounts)
  await chain.warp(LOCK)
  expect(await broker.ledger.refunds()).toEqual([{ ...listed(alice, '1.5', old), claimable: true, drained: og('0.5') }])
  await broker.ledger.claimRefunds()
  expect(await broker.ledger.refunds()).toEqual([])
  expect(warnings).toEqual(amounts)
})

test('the calendar takes nothing that the wallet does itself for a drain', async () => {
  const old = await asked(alice, '3')
  await broker.ledger.refunds()
  await broker.ledger.transferFund(alice.address, 'inference', '1')
  expect(await broker.ledger.refunds()).toEqual([listed(alice, '2', old)])
  await act(transfer(alice, '0.5')) // by another program
  expect(await broker.ledger.refunds()).toEqual([listed(alice, '1.5', old)])
  await chain.warp(LOCK)
  await broker.ledger.refunds()
  expect(await broker.ledger.claimRefunds()).toMatchObject({ claimed: og('1.5'), putBack: og('1.5') })
  expect(await broker.ledger.refunds()).toEqual([])
  await asked(alice, '1')
  await chain.warp(LOCK)
  await broker.ledger.refunds()
  await act(retrieve(alice)) // by another program
  expect(await broker.ledger.refunds()).toEqual([])
  expect(warnings).toEqual([])
})

test('the calendar shows a drain beside a transfer of the wallet as far as it is certain', async () => {
  const old = await asked(alice, '3')
  await broker.ledger.refunds()
  await broker.ledger.transferFund(alice.address, 'inference', '1')
  await alice.settle(user.address, og('1.5'))
  expect(await broker.ledger.refunds()).toEqual([{ ...listed(alice, '1.5', old), drained: og('0.5') }])
})

test('a change of the lock moves every unlock', async () => {
  const at = await asked(alice, '3')
  await transact(chain.contracts.owner, [callOf(chain.contracts.inference, 'updateLockTime', [2 * LOCK])])
  expect(await broker.ledger.refunds()).toEqual([{ ...listed(alice, '3', at), unlocksAt: at + 2 * LOCK }])
})

const act = (...calls: Call[]) => transact(user, calls)

/** Opens a sub-account with an amount and retrieves it. @returns when the refund was requested */
async function asked(provider: LocalProvider, amount: string): Promise<number> {
  await act(transfer(provider, amount))
  return askedBack(provider)
}

async function askedBack(provider: LocalProvider): Promise<number> {
  const [receipt] = await act(retrieve(provider))
  return (await chain.provider.getBlock(receipt?.blockNumber ?? 0))?.timestamp ?? 0
}

function transfer({ address, serviceType }: LocalProvider, amount: string): Call {
  return callOf(chain.contracts.ledger, 'transferFund', [address, `${serviceType}-v1.0`, og(amount)])
}

function retrieve({ address, serviceType }: LocalProvider): Call {
  return callOf(chain.contracts.ledger, 'retrieveFund', [[address], `${serviceType}-v1.0`])
}

function listed({ address, serviceType }: LocalProvider, amount: string, requestedAt: number): PendingRefund {
  const times = { requestedAt, unlocksAt: requestedAt + LOCK }
  return { provider: address, serviceType, amount: og(amount), ...times, claimable: false, drained: 0n }
}
