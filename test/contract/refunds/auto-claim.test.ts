import { parseEther as og, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createBroker, memoryJournal, type Broker, type BrokerOptions } from '../../../src/index.ts'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact, type Call } from '../../../src/local/transact.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { EXACT } from '../../support/exact.ts'
import { untilHolds } from '../../support/until.ts'

const LOCK = 3600
const CLAIM = ['retrieveFund mined', 'transferFund mined']

let chain: LocalChain
let restore: () => Promise<void>
let user: Wallet, alice: LocalProvider, bob: LocalProvider, carol: LocalProvider
const brokers: Broker[] = []

beforeAll(async () => {
  chain = await localChain({ lockTime: LOCK, inferenceProviders: 3, fineTuningProviders: 0, wallets: 1 })
  ;[user] = chain.wallets as [Wallet]
  ;[alice, bob, carol] = chain.inference as [LocalProvider, LocalProvider, LocalProvider]
  await transact(user, [callOf(chain.contracts.ledger, 'addLedger', [''], og('20'))])
  restore = await chain.snapshot()
})
afterEach(async () => {
  await Promise.all(brokers.splice(0).map((broker) => broker.close()))
  await restore()
})
afterAll(() => chain[Symbol.asyncDispose]())

describe('autoClaim', () => {
  test('brings home the unlocked refund of a live sub-account, which keeps its free money', async () => {
    await refunding(alice, '5', '2')
    const broker = await open()
    broker.inference.startAutoFunding(alice.address, { ...EXACT, autoClaim: true, onPendingRefund: 'reuse' })
    await rests(broker)
    expect(sent(broker)).toEqual([])
    await unlock()
    await untilHolds(() => expect(sent(broker)).toEqual(CLAIM))
    expect(await standing(broker)).toEqual({ ledger: og('18'), alice: [og('2'), 0n] })
    await rests(broker)
    expect(sent(broker)).toEqual(CLAIM)
  })

  test('ends the wait of a sub-account that a pending refund kept from being topped up', async () => {
    await refunding(alice, '5', '0.5')
    const broker = await open()
    broker.inference.startAutoFunding(alice.address, { ...EXACT, autoClaim: true })
    await untilHolds(() => expect(reason(broker)).toBe('refund-pending'))
    await unlock()
    await untilHolds(() => expect(sent(broker)).toEqual([...CLAIM, 'transferFund mined']))
    expect(await standing(broker)).toEqual({ ledger: og('18'), alice: [og('2'), 0n] })
  })

  test('of the broker claims sub-accounts without free money together, whether or not auto-funding is on for them', async () => {
    await Promise.all([bob, carol].map((provider) => refunding(provider, '3', '0')))
    await refunding(alice, '5', '2')
    await unlock()
    const broker = await open({ autoClaim: true })
    broker.inference.startAutoFunding(alice.address, EXACT)
    const all = ['retrieveFund mined', 'retrieveFund mined', 'transferFund mined']
    await untilHolds(() => expect(sent(broker).toSorted()).toEqual(all))
    expect(await standing(broker)).toEqual({ ledger: og('18'), alice: [og('2'), 0n] })
  })

  test('is off by default', async () => {
    await refunding(alice, '5', '2')
    await unlock()
    const broker = await open()
    broker.inference.startAutoFunding(alice.address, EXACT)
    await rests(broker)
    const { decisions } = await broker.plan()
    expect(decisions.map(({ claim }) => claim)).toEqual([undefined])
    expect(sent(broker)).toEqual([])
  })

  test('leaves a refund that is worth less than its gas, and the plan says so', async () => {
    await act(transfer(alice, '2'), retrieve(alice), transfer(alice, og('2') - 1n))
    await unlock()
    const broker = await open({ autoClaim: true })
    broker.inference.startAutoFunding(alice.address, { ...EXACT, bufferMultiplier: 1 })
    await rests(broker)
    const { decisions } = await broker.plan()
    expect(decisions.map(({ claim }) => claim)).toEqual([
      { amount: 1n, cost: expect.any(BigInt) as bigint, wait: 'dust' },
    ])
    expect(sent(broker)).toEqual([])
  })

  test('rests while auto-funding of that sub-account is paused', async () => {
    await refunding(alice, '5', '2')
    await unlock()
    const broker = await open({ autoClaim: true })
    broker.inference.startAutoFunding(alice.address, EXACT)
    broker.inference.pauseAutoFunding(alice.address)
    await rests(broker)
    expect(claimOf(await broker.plan())).toMatchObject({ amount: og('3'), wait: 'paused' })
    expect(sent(broker)).toEqual([])
    broker.inference.resumeAutoFunding(alice.address)
    await untilHolds(() => expect(sent(broker)).toEqual(CLAIM))
  })
})

describe("onPendingRefund: 'reuse'", () => {
  test('takes a top-up out of the refund first, says so, and needs the ledger for the rest alone', async () => {
    await act(transfer(alice, '20'), retrieve(alice), transfer(alice, '19.5'))
    await alice.settle(user.address, og('19.5'))
    const broker = await open()
    const kept = { onPendingRefund: 'reuse', ledgerReserve: '5' } as const
    const seen: unknown[] = []
    broker.plan$.subscribe(
      ({ decisions: [one] }) => one?.action === 'top-up' && seen.push([one.amount, one.fromRefund]),
    )
    broker.inference.startAutoFunding(alice.address, kept)
    await untilHolds(() => expect(sent(broker)).toEqual(['transferFund mined']))
    expect(seen[0]).toEqual([og('0.5'), og('0.5')])
    expect(fromLedger(broker)).toEqual(['0'])
    expect(await standing(broker)).toEqual({ ledger: 0n, alice: [og('0.5'), 0n] })
  })

  test('counts in a budget: it is more for the provider to charge, wherever it comes from', async () => {
    await refunding(alice, '5', '0')
    const broker = await open()
    const budget = { amount: '0.75', per: '1h' } as const
    broker.inference.startAutoFunding(alice.address, { ...EXACT, onPendingRefund: 'reuse', budget })
    await untilHolds(() => expect(reason(broker)).toBe('budget-exhausted'))
    expect(await standing(broker)).toEqual({ ledger: og('15'), alice: [og('0.75'), og('4.25')] })
  })
})

async function open(options: Pick<BrokerOptions, 'autoClaim'> = {}): Promise<Broker> {
  const journal = memoryJournal()
  const broker = await createBroker({ signer: user, network: chain.network, intervalMs: 100, journal, ...options })
  brokers.push(broker)
  return broker
}

const act = (...calls: Call[]) => transact(user, calls)

/** A sub-account with a balance of which all but a free part is in a refund. */
const refunding = (provider: LocalProvider, amount: string, free: string) =>
  act(transfer(provider, amount), retrieve(provider), transfer(provider, free))

async function unlock(): Promise<void> {
  await chain.warp(LOCK)
  await chain.mine(30) // the block time is judged by the latest blocks
}

/** Three more readings. */
async function rests(broker: Broker): Promise<void> {
  for (let count = 0; count < 3; count += 1) await broker.position()
}

async function standing(broker: Broker) {
  const { ledger, subAccounts } = await broker.position()
  const account = subAccounts.find(({ provider }) => provider === alice.address)
  return { ledger: ledger?.available, alice: [account?.available, account?.pendingRefund] }
}

const reason = (broker: Broker) => broker.inference.autoFundingStatus(alice.address)[0]?.reason
const claimOf = ({ decisions }: Awaited<ReturnType<Broker['plan']>>) =>
  decisions.find(({ provider }) => provider === alice.address)?.claim

const contextsOf = (broker: Broker) => broker.transactions().map((one) => one.getSnapshot())
const sent = (broker: Broker) => contextsOf(broker).map(({ context, value }) => `${context.operation} ${String(value)}`)
const fromLedger = (broker: Broker) => contextsOf(broker).map(({ context }) => context.fromLedger)

function transfer({ address }: LocalProvider, amount: string | bigint): Call {
  const wei = typeof amount === 'string' ? og(amount) : amount
  return callOf(chain.contracts.ledger, 'transferFund', [address, 'inference-v1.0', wei])
}

function retrieve({ address }: LocalProvider): Call {
  return callOf(chain.contracts.ledger, 'retrieveFund', [[address], 'inference-v1.0'])
}
