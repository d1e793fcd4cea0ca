import { parseEther as og, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  createBroker,
  memoryJournal,
  MinimumDepositRequiredError,
  NothingToWithdrawError,
  type Broker,
} from '../../../src/index.ts'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { startProxy, type Proxy } from '../../support/proxy.ts'
import { EXACT } from '../../support/exact.ts'

let chain: LocalChain, proxy: Proxy
let restore: () => Promise<void>
let user: Wallet, alice: LocalProvider
let broker: Broker

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
  proxy = await startProxy(chain.anvil.url)
  ;[user] = chain.wallets as [Wallet]
  ;[alice] = chain.inference as [LocalProvider]
  restore = await chain.snapshot()
})
beforeEach(async () => {
  broker = await createBroker({
    signer: user.connect(connect(proxy.url)),
    network: chain.network,
    intervalMs: 1_000,
    journal: memoryJournal(),
  })
  proxy.reset()
})
afterEach(async () => {
  await broker.close()
  await restore()
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

test.for([
  ['6.5', '10', 'withdraw at most 7 OG, or everything: 10 OG', true],
  ['7.000000000000000001', '10', 'withdraw at most 7 OG, or everything: 10 OG', false],
  ['9.999999999999999999', '10', 'withdraw at most 7 OG, or everything: 10 OG', false],
  ['0.5', '3', 'less than 3 OG may not stay; withdraw everything: 3 OG', false],
] as const)('of %s OG out of %s what stays is checked first', async ([amount, ledger, words, legal]) => {
  await deposit(ledger)
  const nonce = await chain.provider.getTransactionCount(user.address)
  if (legal) return expect(await broker.ledger.refund(amount)).toMatchObject({ success: true })
  const refund = broker.ledger.refund(amount)
  await expect(refund).rejects.toThrow(MinimumDepositRequiredError)
  await expect(refund).rejects.toThrow(words)
  expect(proxy.calls['eth_estimateGas']).toBeUndefined()
  expect(await chain.provider.getTransactionCount(user.address)).toBe(nonce)
  return undefined
})

test('a ledger with less than the minimum can only be withdrawn as a whole', async () => {
  await deposit('10', '8')
  await expect(broker.ledger.refund('0')).rejects.toMatchObject({ errorName: 'ZeroAmountNotAllowed' })
  for (const amount of ['1.5', '1.999999999999999999'])
    await expect(broker.ledger.refund(amount)).rejects.toThrow('withdraw everything: 2 OG')
  expect(await broker.ledger.refund('2')).toMatchObject({ success: true })
  expect((await broker.position()).ledger).toMatchObject({ available: 0n, locked: og('8') })
})

test('refund refuses more than is available, and says what is locked', async () => {
  await deposit('10', '4')
  await expect(broker.ledger.refund('7')).rejects.toMatchObject({
    name: 'InsufficientBalanceError',
    errorName: 'InsufficientBalance',
    errorArgs: { user: user.address, available: og('6'), required: og('7'), locked: og('4') },
  })
  expect(proxy.calls['eth_estimateGas']).toBeUndefined()
})

test("'all' takes what is available to the wei, and leaves what is in sub-accounts", async () => {
  await deposit('10', '4')
  const before = await chain.provider.getBalance(user.address)
  const { gasUsed, transactionHash } = await broker.ledger.refund('all')
  const { gasPrice = 0n } = (await chain.provider.getTransactionReceipt(transactionHash)) ?? {}
  expect(await chain.provider.getBalance(user.address)).toBe(before + og('6') - gasUsed * gasPrice)
  expect((await broker.position()).ledger).toMatchObject({ available: 0n, locked: og('4') })
  const nothing = broker.ledger.refund('all')
  await expect(nothing).rejects.toThrow(NothingToWithdrawError)
  await expect(nothing).rejects.toMatchObject({ facts: { locked: '4 OG in 1 sub-account' } })
})

test("'all' of a ledger without sub-accounts deletes it, and there is nothing to withdraw any more", async () => {
  await deposit('3')
  await broker.ledger.refund('all')
  expect((await broker.position()).ledger).toBeNull()
  await expect(broker.ledger.refund('all')).rejects.toMatchObject({ name: 'LedgerNotExistsError' })
})

test("'all' waits for transactions in flight, and takes what is there then", async () => {
  await deposit('10', '1')
  await chain.setAutomine(false)
  const moves = [
    broker.ledger.depositFund('2.5'),
    broker.ledger.transferFund(alice.address, 'inference', '3'),
    broker.ledger.refund('all'),
  ]
  const mining = setInterval(() => void chain.mine(), 50)
  const [, , all] = await Promise.all(moves)
  clearInterval(mining)
  await chain.setAutomine(true)
  expect(all).toMatchObject({ success: true })
  expect(amounts()).toEqual(['2.5', '3', '8.5'].map((amount) => `${og(amount)}`))
  expect((await broker.position()).ledger).toMatchObject({ available: 0n, locked: og('4') })
})

test("'all' comes after a top-up that auto-funding decided on, and auto-funding decides on none while it is in flight", async () => {
  await deposit('10', '1')
  broker.inference.startAutoFunding(alice.address, { ...EXACT, intervalMs: 100 })
  const all = await broker.ledger.refund('all')
  expect(all).toMatchObject({ success: true })
  const { ledger, subAccounts } = await broker.position()
  const held = subAccounts[0]?.balance ?? 0n
  expect([ledger?.available, ledger?.total]).toEqual([0n, held])
  expect(broker.transactions().map((one) => one.getSnapshot().value)).toEqual(amounts().map(() => 'mined'))
})

/** A ledger with a total of which a part lies in a sub-account. */
async function deposit(amount: string, locked = '0'): Promise<void> {
  const { ledger } = chain.contracts
  const transfer = callOf(ledger, 'transferFund', [alice.address, 'inference-v1.0', og(locked)])
  await transact(user, [callOf(ledger, 'addLedger', [''], og(amount)), ...(locked === '0' ? [] : [transfer])])
}

const amounts = (): string[] => broker.transactions().map((one) => one.getSnapshot().context.amount)
