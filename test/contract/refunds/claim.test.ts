import { getAddress, parseEther as og, toBeHex, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  createBroker,
  memoryJournal,
  NothingToRetrieveError,
  WouldLockError,
  type Broker,
  type Journal,
  type JournalRecord,
} from '../../../src/index.ts'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact, type Call } from '../../../src/local/transact.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { hookedJournal } from '../../support/dying-journal.ts'
import { EXACT } from '../../support/exact.ts'
import { untilHolds } from '../../support/until.ts'

const LOCK = 3600
const others = Array.from({ length: 24 }, (_, index) => getAddress(toBeHex(index + 1, 20)))

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
  broker = await open(memoryJournal())
})
afterEach(async () => {
  await broker.close()
  await restore()
})
afterAll(() => chain[Symbol.asyncDispose]())

describe('claimRefunds', () => {
  test('brings home what is unlocked, and leaves free and locked money as it was', async () => {
    await act(transfer(alice.address, '3'), retrieve(alice.address))
    await chain.warp(LOCK - 600)
    // A transfer cancels the newest refund first: 1.5 stay of the old one, and 1 of the new one.
    await act(transfer(alice.address, '1.5'), retrieve(alice.address), transfer(alice.address, '0.5'))
    await chain.warp(600)
    expect(await standing()).toEqual({ ledger: og('97'), free: og('0.5'), unlocked: og('1.5'), locked: og('1') })
    const claim = await broker.ledger.claimRefunds(alice.address.toLowerCase(), 'inference')
    expect(claim).toMatchObject({ claimed: og('1.5'), putBack: og('0.5'), success: true })
    expect(claim.receipts).toHaveLength(2)
    expect(sent()).toEqual(['retrieveFund mined', 'transferFund mined'])
    expect(await standing()).toEqual({ ledger: og('98.5'), free: og('0.5'), unlocked: 0n, locked: og('1') })
  })

  test('takes one transaction where nothing is free', async () => {
    await matured('2')
    const { receipts, ...claim } = await broker.ledger.claimRefunds(alice.address, 'inference')
    expect(claim).toEqual({ ...receipts[0], claimed: og('2'), putBack: 0n, leftOut: [] })
    expect(sent()).toEqual(['retrieveFund mined'])
    expect(await standing()).toEqual({ ledger: og('100'), free: 0n, unlocked: 0n, locked: 0n })
  })

  test('is refused where nothing is unlocked, with five refunds as with one, and sends nothing', async () => {
    await act(transfer(alice.address, '2'), ...fiveRefunds())
    await act(transfer(alice.address, '0.01'))
    await expect(broker.ledger.claimRefunds(alice.address, 'inference')).rejects.toThrow(NothingToRetrieveError)
    await expect(broker.ledger.claimRefunds()).rejects.toThrow(NothingToRetrieveError)
    await expect(broker.ledger.claimRefunds(others[0] ?? '', 'inference')).rejects.toMatchObject({
      errorName: 'AccountNotExists',
    })
    expect(sent()).toEqual([])
  })

  test('makes room first where five refunds are open and the oldest is unlocked', async () => {
    await act(transfer(alice.address, '2'), retrieve(alice.address))
    await chain.warp(LOCK - 60)
    await act(...fiveRefunds().slice(2), transfer(alice.address, '0.01'))
    await chain.warp(60)
    const { refunds = [], claimable = 0n } = (await broker.position()).subAccounts[0] ?? {}
    expect([refunds.length, claimable]).toEqual([5, og('1')])
    const before = await standing()
    expect(await broker.ledger.claimRefunds()).toMatchObject({ claimed: og('1'), putBack: og('0.01') })
    expect(await standing()).toEqual({ ...before, ledger: before.ledger + og('1'), unlocked: 0n })
  })

  test('claims from all at once: sub-accounts without free money together, the others one by one', async () => {
    const many = [...others.slice(0, 22), alice.address]
    await act(...many.map((provider) => transfer(provider, '1')))
    await act(...many.map(retrieve))
    await chain.warp(LOCK)
    await act(transfer(alice.address, '0.25'), transfer(others[23] ?? '', '3'))
    const { claimed, putBack, receipts } = await broker.ledger.claimRefunds()
    expect([claimed, putBack, receipts.length]).toEqual([og('22.75'), og('0.25'), 4])
    const { ledger, subAccounts } = await broker.position()
    expect(ledger).toMatchObject({ available: og('96.75'), locked: og('3.25') })
    expect(subAccounts.filter(({ pendingRefund }) => pendingRefund > 0n)).toEqual([])
  })

  test('keeps auto-funding away between its two transactions', async () => {
    await matured('2')
    await act(transfer(alice.address, '1.5'))
    await broker.close()
    let resume = (): void => undefined
    const paused = new Promise<void>((resolve) => (resume = resolve))
    broker = await open(hookedJournal((record) => (isPutBack(record) ? paused : undefined)))
    const claim = broker.ledger.claimRefunds()
    await untilHolds(() => expect(sent()).toEqual(['retrieveFund mined']))
    broker.inference.startAutoFunding(alice.address, { ...EXACT, intervalMs: 100, onPendingRefund: 'reuse' })
    await untilHolds(() => expect(reason()).toBe('in-flight'))
    await chain.mine(3)
    resume()
    expect(await claim).toMatchObject({ claimed: og('0.5'), putBack: og('1.5') })
    await untilHolds(() =>
      expect(sent()).toEqual(['retrieveFund', 'transferFund', 'transferFund'].map((one) => `${one} mined`)),
    )
    expect(await standing()).toMatchObject({ ledger: og('98'), free: og('2'), locked: 0n })
  })
})

describe('a provider that charges while refunds are claimed', () => {
  test('between the retrieve and the reading is paid by its own sub-account alone: no wei leaves the ledger', async () => {
    await matured('3')
    await act(transfer(alice.address, '2'))
    await broker.close()
    broker = await open(chargedOnce(({ type }) => type === 'mined', '0.7'))
    expect(await broker.ledger.claimRefunds()).toMatchObject({ claimed: og('1'), putBack: og('1.3') })
    expect(await standing()).toEqual({ ledger: og('98'), free: og('1.3'), unlocked: 0n, locked: 0n })
  })

  test('everything there leaves nothing to put back', async () => {
    await matured('3')
    await act(transfer(alice.address, '2'))
    await broker.close()
    broker = await open(chargedOnce(({ type }) => type === 'mined', '5'))
    expect(await broker.ledger.claimRefunds()).toMatchObject({ claimed: og('1'), putBack: 0n })
    expect(await standing()).toEqual({ ledger: og('98'), free: 0n, unlocked: 0n, locked: 0n })
  })

  test('after that reading is made up for, by as much as it charged and not a wei more', async () => {
    await matured('3')
    await act(transfer(alice.address, '2'))
    await broker.close()
    broker = await open(chargedOnce(isPutBack, '0.7'))
    expect(await broker.ledger.claimRefunds()).toMatchObject({ putBack: og('2') })
    expect(await standing()).toEqual({ ledger: og('98') - og('0.7'), free: og('2'), unlocked: 0n, locked: 0n })
  })
})

describe('retrieveFundFromProvider', () => {
  test('locks free money where auto-funding is off and nothing can be claimed', async () => {
    await act(transfer(alice.address, '2'))
    await broker.ledger.retrieveFundFromProvider(alice.address, 'inference')
    expect(await standing()).toMatchObject({ free: 0n, locked: og('2') })
  })

  test('is refused where a refund can be claimed, says what it would lock, and obeys force', async () => {
    await matured('2')
    await act(transfer(alice.address, '0.5'))
    const { block } = await broker.position()
    const refused = broker.ledger.retrieveFundFromProvider(alice.address, 'inference')
    await expect(refused).rejects.toThrow(WouldLockError)
    await expect(refused).rejects.toMatchObject({
      facts: {
        provider: alice.address,
        'would be locked': '0.5 OG',
        until: `${new Date((block.timestamp + LOCK) * 1_000).toISOString()}, if sent now`,
        claimable: '1.5 OG',
        do: expect.stringContaining('claimRefunds') as string,
      },
    })
    expect(sent()).toEqual([])
    await broker.ledger.retrieveFundFromProvider(alice.address, 'inference', { force: true })
    expect(await standing()).toEqual({ ledger: og('99.5'), free: 0n, unlocked: 0n, locked: og('0.5') })
  })

  test('is refused where auto-funding is on, unless nothing is free', async () => {
    await act(transfer(alice.address, '2'))
    broker.inference.startAutoFunding(alice.address, EXACT)
    const refused = broker.ledger.retrieveFundFromProvider(alice.address, 'inference')
    await expect(refused).rejects.toMatchObject({ name: 'WouldLockError', facts: { 'auto-funding': 'on' } })
    await act(retrieve(alice.address))
    await chain.warp(LOCK)
    await broker.ledger.retrieveFundFromProvider(alice.address, 'inference')
    expect(await standing()).toMatchObject({ ledger: og('100'), locked: 0n })
  })
})

function open(journal: Journal): Promise<Broker> {
  return createBroker({ signer: user, network: chain.network, intervalMs: 200, journal })
}

/** Has the provider charge before the first record of this type is kept. */
function chargedOnce(isMoment: (record: JournalRecord) => boolean, fee: string): Journal {
  let charged = false
  return hookedJournal((record) => {
    if (charged || !isMoment(record)) return undefined
    charged = true
    return alice.settle(user.address, og(fee))
  })
}

const act = (...calls: Call[]) => transact(user, calls)

/** A refund of this amount whose lock is over. */
async function matured(amount: string): Promise<void> {
  await act(transfer(alice.address, amount), retrieve(alice.address))
  await chain.warp(LOCK)
}

/** A transfer cancels the newest refund first: each is half of what is left of the one before. */
function fiveRefunds(): Call[] {
  const more = ['1', '0.5', '0.25', '0.125'].flatMap((amount) => [
    transfer(alice.address, amount),
    retrieve(alice.address),
  ])
  return [transfer(alice.address, '0'), retrieve(alice.address), ...more]
}

function transfer(provider: string, amount: string): Call {
  return callOf(chain.contracts.ledger, 'transferFund', [provider, 'inference-v1.0', og(amount)])
}

function retrieve(provider: string): Call {
  return callOf(chain.contracts.ledger, 'retrieveFund', [[provider], 'inference-v1.0'])
}

async function standing() {
  const { ledger, subAccounts } = await broker.position()
  const account = subAccounts.find(({ provider }) => provider === alice.address)
  const { available: free = 0n, pendingRefund = 0n, claimable: unlocked = 0n } = account ?? {}
  return { ledger: ledger?.available ?? -1n, free, unlocked, locked: pendingRefund - unlocked }
}

const reason = () => broker.inference.autoFundingStatus(alice.address)[0]?.reason
const isPutBack = (record: JournalRecord) =>
  record.type === 'prepared' && record.intent.claim !== undefined && record.intent.subAccount !== null

function sent(): string[] {
  return broker.transactions().map((one) => {
    const { context, value } = one.getSnapshot()
    return `${context.operation} ${String(value)}`
  })
}
