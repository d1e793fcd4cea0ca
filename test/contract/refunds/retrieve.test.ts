import { getAddress, parseEther as og, toBeHex, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CLAIM_MARGIN, closingStep } from '../../../machines/index.ts'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact, type Call } from '../../../src/local/transact.ts'
import { createBroker, NothingToRetrieveError, type Broker, memoryJournal } from '../../../src/index.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { untilHolds } from '../../support/until.ts'

const LOCK = 3600
const NAME = { inference: 'inference-v1.0', 'fine-tuning': 'fine-tuning-v1.0' } as const
const providers = Array.from({ length: 24 }, (_, index) => getAddress(toBeHex(index + 1, 20)))
const [FULL = '', WAITING = ''] = providers

let chain: LocalChain
let restore: () => Promise<void>
let user: Wallet, alice: LocalProvider
let broker: Broker

beforeAll(async () => {
  chain = await localChain({ lockTime: LOCK, inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
  ;[user] = chain.wallets as [Wallet]
  ;[alice] = chain.inference as [LocalProvider]
  await transact(user, [callOf(chain.contracts.ledger, 'addLedger', [''], og('100'))])
  restore = await chain.snapshot()
})
beforeEach(async () => {
  broker = await createBroker({ signer: user, network: chain.network, intervalMs: 200, journal: memoryJournal() })
})
afterEach(async () => {
  await broker.close()
  await restore()
})
afterAll(() => chain[Symbol.asyncDispose]())

describe('retrieveFund', () => {
  test('retrieves from 22 sub-accounts in two batches, without those that are empty or would spoil their batch', async () => {
    // A transfer cancels the newest refund first: each is smaller than the one before, and makes one of two.
    const fill = ['0.5', '0.25', '0.125', '0.0625'].flatMap((amount) => [transfer(FULL, amount), retrieve(FULL)])
    await transactInParts(user, [
      ...[alice.address, ...providers].map((provider) => transfer(provider, '1')),
      retrieve(FULL),
      ...fill,
      transfer(FULL, '0.01'),
      retrieve(WAITING),
    ])
    await alice.settle(user.address, og('1'))
    const { receipts, leftOut, ...last } = await broker.ledger.retrieveFund('inference')
    expect(leftOut).toEqual([])
    expect(receipts.map(({ success }) => success)).toEqual([true, true])
    expect(receipts[1]).toEqual(last)
    const batches = await Promise.all(receipts.map(({ transactionHash }) => retrievedBy(transactionHash)))
    expect(batches).toEqual([
      [providers.slice(2, 22), NAME.inference],
      [providers.slice(22), NAME.inference],
    ])
    const { subAccounts } = await broker.position()
    const refunding = (provider: string) => subAccounts.find((one) => one.provider === provider)?.pendingRefund
    expect([alice.address, ...providers].map(refunding)).toEqual([
      0n,
      og('0.99'),
      ...providers.slice(1).map(() => og('1')),
    ])
    expect(subAccounts.find(({ provider }) => provider === FULL)).toMatchObject({
      available: og('0.01'),
      refunds: ['0.5', '0.25', '0.125', '0.0625', '0.0525'].map((amount) => ({ amount: og(amount) })),
    })
  })

  test('brings all of them home after the lock, also those with five refunds', async () => {
    const fill = ['0.5', '0.25', '0.125', '0.0625'].flatMap((amount) => [transfer(FULL, amount), retrieve(FULL)])
    await transactInParts(user, [...providers.map((provider) => transfer(provider, '1')), retrieve(FULL), ...fill])
    await broker.ledger.retrieveFund('inference')
    await chain.warp(LOCK)
    const { receipts } = await broker.ledger.retrieveFund('inference')
    expect(receipts).toHaveLength(2)
    const { ledger, subAccounts } = await broker.position()
    expect(ledger).toEqual({ available: og('100'), total: og('100'), locked: 0n, additionalInfo: '' })
    expect(subAccounts.map(({ balance, refunds }) => [balance, refunds])).toEqual(providers.map(() => [0n, []]))
  })

  test('touches one service alone', async () => {
    await transact(user, [transfer(FULL, '1'), transfer(FULL, '2', 'fine-tuning')])
    await broker.ledger.retrieveFund('fine-tuning-v1.0')
    const { subAccounts } = await broker.position()
    expect(subAccounts.map(({ serviceType, pendingRefund }) => [serviceType, pendingRefund])).toEqual([
      ['inference', 0n],
      ['fine-tuning', og('2')],
    ])
  })

  test('is refused where there is nothing to retrieve, with what is locked and until when', async () => {
    await expect(broker.ledger.retrieveFund('inference')).rejects.toThrow(
      new NothingToRetrieveError('There is nothing to retrieve.', {
        serviceType: 'inference',
        'sub-accounts': '0',
        locked: '0 OG',
      }),
    )
    await transact(user, [transfer(FULL, '2'), transfer(WAITING, '1.5'), retrieve(FULL)])
    const { timestamp = 0 } = (await chain.provider.getBlock('latest')) ?? {}
    await chain.warp(60)
    await transact(user, [retrieve(WAITING)])
    const nonce = await chain.provider.getTransactionCount(user.address)
    const unlock = timestamp + LOCK
    await expect(broker.ledger.retrieveFund('inference')).rejects.toThrow(nothing(2, '3.5', unlock))
    await expect(broker.ledger.retrieveFundFromProvider(FULL, 'inference')).rejects.toThrow(nothing(1, '2', unlock))
    expect(await chain.provider.getTransactionCount(user.address)).toBe(nonce)
  })

  test('claims what is unlocked and locks what is free in the same transaction', async () => {
    await transact(user, [transfer(FULL, '2'), retrieve(FULL)])
    await chain.warp(LOCK)
    await transact(user, [transfer(FULL, '0.5')]) // cancels that much of the refund
    await broker.ledger.retrieveFund('inference')
    const { ledger, subAccounts } = await broker.position()
    expect(ledger).toMatchObject({ available: og('99.5'), locked: og('0.5') })
    expect(subAccounts).toMatchObject([{ provider: FULL, balance: og('0.5'), pendingRefund: og('0.5'), claimable: 0n }])
  })
})

describe('closeLedger', () => {
  test('revokes all tokens of each provider with revoked ones, once, before anything else', async () => {
    const { inference } = chain.contracts
    const [bob = '', carol = ''] = providers
    await transact(user, [
      ...[alice.address, bob, carol].map((provider) => transfer(provider, '1')),
      callOf(inference, 'revokeToken', [alice.address, 0]),
      callOf(inference, 'revokeTokens', [carol, [3, 254]]),
    ])
    await alice.settle(user.address, og('1')) // its tokens would come back to life with a new sub-account
    expect(await revoked()).toEqual([true, false, true])
    const first = closingStep(await broker.position(), broker.rules)
    expect(first).toEqual({ type: 'revoke', provider: alice.address })
    const interrupt = new AbortController()
    const closing = handled(broker.ledger.closeLedger({ signal: interrupt.signal }))
    await untilHolds(() => expect(sent()).toContain('retrieveFund mined'))
    interrupt.abort()
    await expect(closing).rejects.toThrow('The wait was interrupted')
    expect(sent()).toEqual(['revokeAllTokens mined', 'revokeAllTokens mined', 'retrieveFund mined'])
    expect(await revoked()).toEqual([false, false, false])
    await chain.warp(LOCK + CLAIM_MARGIN)
    await broker.ledger.closeLedger()
    expect(sent().slice(3)).toEqual(['retrieveFund mined', 'refund mined'])
    await transact(user, [callOf(chain.contracts.ledger, 'addLedger', [''], og('3')), transfer(carol, '1')])
    const { generation, revokedBitmap } = await inference.getFunction('getAccount').staticCall(user.address, carol)
    expect([generation, revokedBitmap]).toEqual([1n, 0n])
  })

  test('claims 24 sub-accounts of each service in batches, then withdraws everything', async () => {
    const both = providers.flatMap((provider) => [transfer(provider, '1'), transfer(provider, '2', 'fine-tuning')])
    await transactInParts(user, both)
    const interrupt = new AbortController()
    const closing = handled(broker.ledger.closeLedger({ signal: interrupt.signal }))
    await untilHolds(() => expect(sent()).toEqual(Array.from({ length: 4 }, () => 'retrieveFund mined')))
    interrupt.abort()
    await expect(closing).rejects.toThrow('The wait was interrupted')
    await chain.warp(LOCK + CLAIM_MARGIN)
    const before = await chain.provider.getBalance(user.address)
    await broker.ledger.closeLedger()
    expect(sent().slice(4)).toEqual([...Array.from({ length: 4 }, () => 'retrieveFund mined'), 'refund mined'])
    expect(await broker.position()).toMatchObject({ ledger: null, subAccounts: [] })
    expect((await chain.provider.getBalance(user.address)) - before).toBeGreaterThan(og('99.9'))
  })
})

function transfer(provider: string, amount: string, service: keyof typeof NAME = 'inference') {
  return callOf(chain.contracts.ledger, 'transferFund', [provider, NAME[service], og(amount)])
}

function retrieve(provider: string) {
  return callOf(chain.contracts.ledger, 'retrieveFund', [[provider], NAME.inference])
}

/** The providers and the service of a retrieve that was mined. */
async function retrievedBy(transactionHash: string): Promise<unknown> {
  const { data = '' } = (await chain.provider.getTransaction(transactionHash)) ?? {}
  const [some, service] = chain.contracts.ledger.interface.decodeFunctionData('retrieveFund', data)
  return [[...some], service]
}

async function revoked(): Promise<boolean[]> {
  return (await broker.position()).subAccounts.map(({ tokensRevoked }) => tokensRevoked)
}

function sent(): string[] {
  return broker.transactions().map((one) => {
    const { context, value } = one.getSnapshot()
    return `${context.operation} ${value}`
  })
}

function nothing(count: number, locked: string, unlock: number): NothingToRetrieveError {
  return new NothingToRetrieveError('There is nothing to retrieve.', {
    serviceType: 'inference',
    'sub-accounts': String(count),
    locked: `${locked} OG`,
    'next unlock': new Date(unlock * 1_000).toISOString(),
  })
}

/** Marks a promise as handled that the test awaits later: a test that fails before does not fail for it as well. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}

/** Sends a few calls at a time: under load anvil mines only what fits into one block. */
async function transactInParts(wallet: Wallet, calls: readonly Call[]): Promise<void> {
  for (let at = 0; at < calls.length; at += 25) await transact(wallet, calls.slice(at, at + 25))
}
