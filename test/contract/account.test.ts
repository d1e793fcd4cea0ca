import { parseEther as og, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CLAIM_MARGIN } from '../../machines/index.ts'
import type { LocalProvider } from '../../src/local/providers.ts'
import { callOf, transact } from '../../src/local/transact.ts'
import { createBroker, type Broker, type Receipt, type Refund, memoryJournal } from '../../src/index.ts'
import { localChain, type LocalChain } from '../support/chain.ts'
import { untilHolds } from '../support/until.ts'

const LOCK = 3600

let chain: LocalChain
let restore: () => Promise<void>
let user: Wallet, friend: Wallet
let alice: LocalProvider, bob: LocalProvider, tuner: LocalProvider
let broker: Broker

beforeAll(async () => {
  chain = await localChain({ lockTime: LOCK })
  restore = await chain.snapshot()
  ;[user, friend] = chain.wallets as [Wallet, Wallet]
  ;[alice, bob] = chain.inference as [LocalProvider, LocalProvider]
  ;[tuner] = chain.fineTuning as [LocalProvider]
})
beforeEach(async () => {
  broker = await createBroker({ signer: user, network: chain.network, intervalMs: 200, journal: memoryJournal() })
})
afterEach(async () => {
  await broker.close()
  await restore()
})
afterAll(() => chain[Symbol.asyncDispose]())

describe('the ledger', () => {
  test('addLedger opens it with a deposit and additional info', async () => {
    await mined(await broker.ledger.addLedger('3', 'grüße'))
    expect(await moneyNow()).toEqual({ ledger: ledger('3', '3', 'grüße'), subAccounts: [] })
    expect(await broker.ledger.getLedger()).toEqual({
      balance: og('3'),
      available: og('3'),
      locked: 0n,
      totalBalance: og('3'),
    })
  })

  test('depositFund opens it and adds to it', async () => {
    await mined(await broker.ledger.depositFund('3.5'))
    await mined(await broker.ledger.depositFund(1n))
    expect(await moneyNow()).toEqual({
      ledger: { ...ledger('0', '0'), available: og('3.5') + 1n, total: og('3.5') + 1n },
      subAccounts: [],
    })
  })

  test("depositFundFor opens another wallet's ledger and adds to it", async () => {
    await mined(await broker.ledger.depositFundFor(friend.address, '3'))
    await mined(await broker.ledger.depositFundFor(friend.address.toLowerCase(), og('0.25')))
    expect(await moneyNow()).toEqual({ ledger: null, subAccounts: [] })
    await using theirs = await createBroker({
      journal: memoryJournal(),
      provider: chain.provider,
      address: friend.address,
      network: chain.network,
    })
    expect((await theirs.position()).ledger).toEqual(ledger('3.25', '3.25'))
  })

  test('refund withdraws OG or wei exactly, and the last refund deletes the ledger', async () => {
    await broker.ledger.addLedger('10')
    await mined(await broker.ledger.refund(og('2') + 1n))
    await mined(await broker.ledger.refund('3.399999999999999999'))
    expect(await moneyNow()).toEqual({ ledger: ledger('4.6', '4.6'), subAccounts: [] })
    const before = await chain.provider.getBalance(user.address)
    const receipt = await broker.ledger.refund('4.6')
    await mined(receipt)
    const { gasPrice = 0n } = (await chain.provider.getTransactionReceipt(receipt.transactionHash)) ?? {}
    expect(await chain.provider.getBalance(user.address)).toBe(before + og('4.6') - receipt.gasUsed * gasPrice)
    expect(await moneyNow()).toEqual({ ledger: null, subAccounts: [] })
  })

  test('refund of everything available keeps the ledger open while sub-accounts hold money', async () => {
    await open([alice, '2'])
    await mined(await broker.ledger.refund('8'))
    expect(await moneyNow()).toEqual({ ledger: ledger('0', '2'), subAccounts: [subAccount(alice, '2')] })
  })

  test('deleteLedger deletes a ledger with nothing available and empty sub-accounts', async () => {
    await open([alice, '10'])
    await alice.settle(user.address, og('10'))
    expect(await moneyNow()).toEqual({ ledger: ledger('0', '0'), subAccounts: [subAccount(alice, '0')] })
    await mined(await broker.ledger.deleteLedger())
    expect(await moneyNow()).toEqual({ ledger: null, subAccounts: [] })
  })

  test('updateAdditionalInfo replaces the info and changes no sub-account', async () => {
    await open([alice, '2'])
    await mined(await broker.ledger.updateAdditionalInfo('{"by":"me"}'))
    expect(await moneyNow()).toEqual({
      ledger: ledger('8', '10', '{"by":"me"}'),
      subAccounts: [subAccount(alice, '2')],
    })
    await broker.ledger.updateAdditionalInfo('')
    expect((await moneyNow()).ledger).toEqual(ledger('8', '10'))
  })

  test('listLedgers pages through the ledgers of all wallets', async () => {
    expect(await broker.ledger.listLedgers()).toEqual({ ledgers: [], total: 0 })
    await open([alice, '2'])
    await broker.ledger.depositFundFor(friend.address, '3')
    const [mine, theirs] = [
      { user: user.address, ...ledger('8', '10') },
      { user: friend.address, ...ledger('3', '3') },
    ]
    expect(await broker.ledger.listLedgers()).toEqual({ ledgers: [mine, theirs], total: 2 })
    expect(await broker.ledger.listLedgers(1, 1)).toEqual({ ledgers: [theirs], total: 2 })
    expect(await broker.ledger.listLedgers(2)).toEqual({ ledgers: [], total: 2 })
  })
})

describe('sub-accounts', () => {
  test('transferFund opens them in both services, by type or registered name, and adds to them', async () => {
    await broker.ledger.addLedger('10')
    await mined(await broker.ledger.transferFund(alice.address, 'inference', '1'))
    await mined(await broker.ledger.transferFund(bob.address.toLowerCase(), 'inference-v1.0', og('2')))
    await mined(await broker.ledger.transferFund(tuner.address, 'fine-tuning', '1.5'))
    await mined(await broker.ledger.transferFund(alice.address, 'fine-tuning-v1.0', '1.25', { force: true }))
    await mined(await broker.ledger.transferFund(alice.address, 'inference', 1n))
    await mined(await broker.ledger.transferFund(bob.address, 'inference'))
    const [inference, fineTuning] = [
      [{ ...subAccount(alice, '1'), balance: og('1') + 1n, available: og('1') + 1n }, subAccount(bob, '2')],
      [subAccount(tuner, '1.5'), { ...subAccount(alice, '1.25'), serviceType: 'fine-tuning' }],
    ]
    const money = { available: og('4.25') - 1n, total: og('10'), locked: og('5.75') + 1n }
    expect(await moneyNow()).toEqual({
      ledger: { ...money, additionalInfo: '' },
      subAccounts: [...inference, ...fineTuning],
    })
    expect(await broker.ledger.getLedgerWithDetail()).toEqual({
      balance: money.available,
      available: money.available,
      locked: money.locked,
      totalBalance: money.total,
      additionalInfo: '',
      inference,
      fineTuning,
    })
  })

  test('getProvidersWithBalance omits empty sub-accounts', async () => {
    await open([alice, '2'], [bob, '3'], [tuner, '1'])
    await bob.settle(user.address, og('3'))
    const held = { provider: alice.address, balance: og('2'), pendingRefund: 0n, available: og('2') }
    expect(await broker.ledger.getProvidersWithBalance('inference')).toEqual([held])
    await broker.ledger.retrieveFundFromProvider(alice.address, 'inference')
    expect(await broker.ledger.getProvidersWithBalance('inference-v1.0')).toEqual([
      { ...held, pendingRefund: og('2'), available: 0n },
    ])
  })

  test('retrieveFund requests everything of one service, and claims it after the lock', async () => {
    await open([alice, '2'], [bob, '3'], [tuner, '1'])
    const { receipts, leftOut, ...last } = await broker.ledger.retrieveFund('inference')
    await mined(last)
    expect([receipts, leftOut]).toEqual([[last], []])
    const requestedAt = await timeOf(last)
    expect(await moneyNow()).toEqual({
      ledger: ledger('4', '10'),
      subAccounts: [
        subAccount(alice, '2', [refund('2', requestedAt)]),
        subAccount(bob, '3', [refund('3', requestedAt)]),
        subAccount(tuner, '1'),
      ],
    })
    await chain.warp(LOCK)
    const claimable = { claimable: true }
    expect((await moneyNow()).subAccounts[0]).toEqual(subAccount(alice, '2', [refund('2', requestedAt, claimable)]))
    await broker.ledger.retrieveFund('inference')
    expect(await moneyNow()).toEqual({
      ledger: ledger('9', '10'),
      subAccounts: [subAccount(alice, '0'), subAccount(bob, '0'), subAccount(tuner, '1')],
    })
  })

  test('retrieveFundFromProvider requests from one provider, in either service', async () => {
    await open([alice, '2'], [bob, '3'], [tuner, '1'])
    const first = await broker.ledger.retrieveFundFromProvider(bob.address, 'inference')
    const second = await broker.ledger.retrieveFundFromProvider(tuner.address.toLowerCase(), 'fine-tuning')
    await mined(second)
    expect(await moneyNow()).toEqual({
      ledger: ledger('4', '10'),
      subAccounts: [
        subAccount(alice, '2'),
        subAccount(bob, '3', [refund('3', await timeOf(first))]),
        subAccount(tuner, '1', [refund('1', await timeOf(second))]),
      ],
    })
  })

  test('a transfer cancels that much of a pending refund, and takes nothing from the ledger', async () => {
    await open([alice, '2'])
    const requestedAt = await timeOf(await broker.ledger.retrieveFundFromProvider(alice.address, 'inference'))
    await broker.ledger.transferFund(alice.address, 'inference', '0.5')
    expect(await moneyNow()).toEqual({
      ledger: ledger('8', '10'),
      subAccounts: [subAccount(alice, '2', [refund('1.5', requestedAt)])],
    })
  })

  test("a position holds everything at one block, with the wallet's own balance", async () => {
    await open([alice, '2'])
    await chain.mine(3)
    const { number = -1, timestamp = -1 } = (await chain.provider.getBlock('latest')) ?? {}
    expect(await broker.position()).toEqual({
      block: { number, timestamp },
      wallet: { address: user.address, balance: await chain.provider.getBalance(user.address) },
      ledger: ledger('8', '10'),
      subAccounts: [subAccount(alice, '2')],
    })
  })
})

describe('closeLedger', () => {
  test('claims everything after the lock, continues after an interruption, and leaves nothing', async () => {
    await open([alice, '2'], [bob, '1'], [tuner, '3'])
    await bob.settle(user.address, og('1'))
    const before = await chain.provider.getBalance(user.address)
    const interrupt = new AbortController()
    const closing = handled(broker.ledger.closeLedger({ signal: interrupt.signal }))
    await untilHolds(() => expect(sent()).toEqual(['retrieveFund mined', 'retrieveFund mined']))
    interrupt.abort()
    await expect(closing).rejects.toMatchObject({ name: 'AbortedError' })
    await chain.warp(LOCK + CLAIM_MARGIN)
    await mined(await broker.ledger.closeLedger())
    expect(sent().slice(2)).toEqual(['retrieveFund mined', 'retrieveFund mined', 'refund mined'])
    expect(await moneyNow()).toEqual({ ledger: null, subAccounts: [] })
    const gas = (await chain.provider.getBalance(user.address)) - before - og('9')
    expect(-gas).toSatisfy((paid: bigint) => paid > 0n && paid < og('0.1'))
  })

  test('withdraws at once where nothing is locked, and deletes a spent ledger', async () => {
    await broker.ledger.addLedger('5')
    await mined(await broker.ledger.closeLedger())
    await open([alice, '10'])
    await alice.settle(user.address, og('10'))
    await mined(await broker.ledger.closeLedger())
    expect(sent()).toEqual(['addLedger mined', 'refund mined', 'deleteLedger mined'])
    expect(await moneyNow()).toEqual({ ledger: null, subAccounts: [] })
  })
})

describe('a service', () => {
  test.for(['inference', 'fineTuning'] as const)(
    '%s acknowledges a signer only where it is not acknowledged',
    async (name) => {
      const [service, serving] = [broker[name], chain.contracts[name]]
      const provider = name === 'inference' ? alice : tuner
      expect(await service.acknowledged(provider.address)).toBe(false)
      await open([provider, '1'])
      expect(await service.acknowledged(provider.address)).toBe(true)
      expect(await service.acknowledgeProviderSigner(provider.address)).toBeNull()
      await provider.settle(user.address, og('1'))
      await transact(user, [callOf(serving, 'acknowledgeTEESigner', [provider.address, false])])
      expect(await service.acknowledged(provider.address)).toBe(false)
      const receipt = await service.acknowledgeProviderSigner(provider.address.toLowerCase())
      expect(receipt).not.toBeNull()
      expect(await service.acknowledged(provider.address)).toBe(true)
      expect(sent()).toEqual(['acknowledgeTEESigner mined'])
    },
  )

  test('ensureFunded opens a sub-account with the amount or the minimum, and adds the difference', async () => {
    await broker.ledger.addLedger('10')
    await mined(await broker.inference.ensureFunded(alice.address, '0.5'))
    await mined(await broker.inference.ensureFunded(bob.address, '2.5'))
    await mined(await broker.fineTuning.ensureFunded(tuner.address, og('1')))
    expect(await broker.inference.ensureFunded(alice.address, '1')).toBeNull()
    await alice.settle(user.address, 1n)
    await mined(await broker.inference.ensureFunded(alice.address, '1'))
    expect(await moneyNow()).toEqual({
      ledger: { available: og('5.5') - 1n, total: og('10') - 1n, locked: og('4.5'), additionalInfo: '' },
      subAccounts: [subAccount(alice, '1'), subAccount(bob, '2.5'), subAccount(tuner, '1')],
    })
  })

  test('ensureFunded sends at most `atMost`, and then resolves', async () => {
    await open([alice, '1'])
    await mined(await broker.inference.ensureFunded(alice.address, '3', { atMost: '1' }))
    expect(sent()).toEqual(['transferFund mined'])
    expect(await moneyNow()).toEqual({ ledger: ledger('8', '10'), subAccounts: [subAccount(alice, '2')] })
    await expect(broker.inference.ensureFunded(bob.address, '3', { atMost: '0.5' })).rejects.toMatchObject({
      errorName: 'MinimumDepositRequired',
    })
  })

  test('ensureFunded of zero sends nothing', async () => {
    await broker.ledger.addLedger('10')
    expect(await broker.inference.ensureFunded(alice.address, '0')).toBeNull()
    expect(await moneyNow()).toEqual({ ledger: ledger('10', '10'), subAccounts: [] })
  })

  test('acknowledgeProviderSigner without a sub-account opens one with the minimum, in one transaction', async () => {
    await broker.ledger.addLedger('10')
    const calls = [0, 1].map(() => broker.inference.acknowledgeProviderSigner(alice.address))
    expect(await Promise.all(calls)).toMatchObject([{ success: true }, null])
    expect(await moneyNow()).toEqual({ ledger: ledger('9', '10'), subAccounts: [subAccount(alice, '1')] })
  })

  test("ensureFunded cancels a pending refund only with onPendingRefund: 'reuse', and takes from it first", async () => {
    await open([alice, '2'])
    await broker.ledger.retrieveFundFromProvider(alice.address, 'inference')
    await expect(broker.inference.ensureFunded(alice.address, '1')).rejects.toMatchObject({
      name: 'RefundPendingError',
      facts: { provider: alice.address, 'pending refund': '2 OG', amount: '1 OG' },
    })
    const reuse = { onPendingRefund: 'reuse' } as const
    expect(await broker.inference.ensureFunded(alice.address, '1', reuse)).toMatchObject({ success: true })
    expect(await moneyNow()).toMatchObject({
      ledger: ledger('8', '10'),
      subAccounts: [{ balance: og('2'), pendingRefund: og('1'), available: og('1') }],
    })
  })

  test('simultaneous calls of ensureFunded pay once', async () => {
    await open([alice, '1'])
    const calls = [alice.address, alice.address, alice.address.toLowerCase()].map((provider) =>
      broker.inference.ensureFunded(provider, '3'),
    )
    const receipts = (await Promise.all(calls)).filter((receipt) => receipt !== null)
    expect(receipts).toHaveLength(1)
    expect(await moneyNow()).toEqual({ ledger: ledger('7', '10'), subAccounts: [subAccount(alice, '3')] })
  })
})

/** Opens a ledger of 10 OG with these sub-accounts, without the library. */
async function open(...accounts: [LocalProvider, string][]): Promise<void> {
  const { ledger } = chain.contracts
  await transact(user, [
    callOf(ledger, 'addLedger', [''], og('10')),
    ...accounts.map(([{ address, serviceType }, amount]) =>
      callOf(ledger, 'transferFund', [address, `${serviceType}-v1.0`, og(amount)]),
    ),
  ])
}

async function moneyNow() {
  const { ledger, subAccounts } = await broker.position()
  return { ledger, subAccounts }
}

/** Compares a receipt with the chain's, without the warnings of `ensureFunded`. */
async function mined(receipt: (Receipt & { warnings?: string[] }) | null): Promise<void> {
  const { hash, blockNumber, gasUsed } =
    (await chain.provider.getTransactionReceipt(receipt?.transactionHash ?? '')) ?? {}
  const { warnings: _, ...plain } = receipt ?? {}
  expect(plain).toEqual({ transactionHash: hash, blockNumber, gasUsed, status: 1, success: true })
}

async function timeOf({ blockNumber }: Receipt): Promise<number> {
  return (await chain.provider.getBlock(blockNumber))?.timestamp ?? -1
}

function sent(): string[] {
  return broker.transactions().map((one) => {
    const { context, value } = one.getSnapshot()
    return `${context.operation} ${value}`
  })
}

function ledger(available: string, total: string, additionalInfo = '') {
  return { available: og(available), total: og(total), locked: og(total) - og(available), additionalInfo }
}

function refund(amount: string, createdAt: number, { claimable = false } = {}): Refund {
  return { amount: og(amount), createdAt, unlocksAt: createdAt + LOCK, claimable }
}

function subAccount({ address, serviceType }: LocalProvider, balance: string, refunds: Refund[] = []) {
  const pendingRefund = sum(refunds)
  const claimable = sum(refunds.filter(({ claimable }) => claimable))
  const available = og(balance) - pendingRefund
  const flags = { acknowledged: true, tokensRevoked: false }
  return {
    provider: address,
    serviceType,
    balance: og(balance),
    pendingRefund,
    available,
    claimable,
    refunds,
    ...flags,
  }
}

function sum(refunds: Refund[]): bigint {
  return refunds.reduce((total, { amount }) => total + amount, 0n)
}

/** Marks a promise as handled, because the test awaits it later. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}
