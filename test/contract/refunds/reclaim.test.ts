import { parseEther as og, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createBroker, memoryJournal, type AutoFundingConfig, type Broker, type Journal } from '../../../src/index.ts'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { dyingJournal, type DyingJournal } from '../../support/dying-journal.ts'
import { EXACT } from '../../support/exact.ts'
import { startProxy, type Proxy } from '../../support/proxy.ts'
import { idleStanding, operationsOf as sent } from '../../support/idle-standing.ts'
import { untilHolds } from '../../support/until.ts'

const LOCK = 3_600

let chain: LocalChain
let proxy: Proxy
let restore: () => Promise<void>
let user: Wallet, alice: LocalProvider, bob: LocalProvider
const brokers: Broker[] = []

beforeAll(async () => {
  chain = await localChain({ lockTime: LOCK, inferenceProviders: 2, fineTuningProviders: 0, wallets: 1 })
  proxy = await startProxy(chain.anvil.url)
  ;[user] = chain.wallets as [Wallet]
  ;[alice, bob] = chain.inference as [LocalProvider, LocalProvider]
  await transact(user, [
    callOf(chain.contracts.ledger, 'addLedger', [''], og('20')),
    transfer(alice, '3'),
    transfer(bob, '3'),
  ])
  await later(2 * LOCK)
  restore = await chain.snapshot()
})
afterEach(async () => {
  await Promise.all(brokers.splice(0).map((broker) => broker.close()))
  await restore()
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

const idle = (more: Partial<NonNullable<AutoFundingConfig['reclaimIdle']>> = {}): AutoFundingConfig => ({
  ...EXACT,
  reclaimIdle: { after: '2h', when: 'always', ...more },
})

describe('idle money', () => {
  test('comes home over the lock, but for what is kept, and the other sub-account is not touched', async () => {
    const broker = await open()
    broker.inference.startAutoFunding(alice.address, idle({ keep: '1.2' }))
    broker.inference.startAutoFunding(bob.address, EXACT)
    await untilHolds(async () => expect(await standing(broker)).toMatchObject({ pending: '1.8', wait: 'reclaiming' }))
    expect(sent(broker)).toEqual(['retrieveFund', 'transferFund'])
    await later(LOCK)
    await untilHolds(async () => expect(await standing(broker)).toMatchObject({ pending: '0', wait: 'nothing-free' }))
    expect(await standing(broker)).toEqual({
      ledger: '15.8',
      free: '1.2',
      pending: '0',
      why: 'idle',
      wait: 'nothing-free',
    })
    expect((await standing(broker, bob)).free).toBe('3')
    // What comes home is claimed by a retrieve that takes what is kept, and that is put back.
    expect(sent(broker)).toEqual(['retrieveFund', 'transferFund', 'retrieveFund', 'transferFund'])
    await alice.settle(user.address, 1n)
    await untilHolds(async () => expect(await standing(broker)).toMatchObject({ free: '2', wait: 'in-use' }))
    expect(await standing(broker)).toEqual({ ledger: '15', free: '2', pending: '0', why: 'sufficient', wait: 'in-use' })
  })

  test('stays where a charge was settled within that time, and where its logs cannot be had', async () => {
    await alice.settle(user.address, og('0.1'))
    await later(LOCK)
    const used = await open()
    used.inference.startAutoFunding(alice.address, idle())
    await rests(used)
    expect(await standing(used)).toMatchObject({ free: '2.9', why: 'sufficient', wait: 'in-use' })
    await used.close()
    const undo = proxy.fault(({ method }) =>
      method === 'eth_getLogs' ? { kind: 'rpc', code: -32601, message: 'method not found' } : undefined,
    )
    const unknown = await open({ through: proxy.url })
    unknown.inference.startAutoFunding(bob.address, idle())
    await rests(unknown)
    expect(await standing(unknown, bob)).toMatchObject({ free: '3', why: 'sufficient', wait: 'use-unknown' })
    undo()
    expect([...sent(used), ...sent(unknown)]).toEqual([])
  })

  test('that was asked back rests also for a process that has no logs: the journal tells', async () => {
    const journal = memoryJournal()
    const first = await open({ journal })
    first.inference.startAutoFunding(alice.address, idle())
    await untilHolds(async () => expect(await standing(first)).toMatchObject({ pending: '3' }))
    await first.close()
    const undo = proxy.fault(({ method }) =>
      method === 'eth_getLogs' ? { kind: 'rpc', code: -32601, message: 'method not found' } : undefined,
    )
    const second = await open({ through: proxy.url, journal: await copyOf(journal.records) })
    second.inference.startAutoFunding(alice.address, { ...idle(), onPendingRefund: 'reuse' })
    await rests(second)
    expect(await standing(second)).toEqual({ ledger: '14', free: '0', pending: '3', why: 'idle', wait: 'reclaiming' })
    undo()
    expect(sent(second)).toEqual(['retrieveFund'])
  })

  test('is not asked back in a hurry: the lock is the least time without use', async () => {
    const broker = await open()
    const start = () => broker.inference.startAutoFunding(alice.address, idle({ after: '59m' }))
    expect(start).toThrow('after of reclaimIdle is from 1h to 31d.')
    await using longer = await localChain({
      lockTime: 7_200,
      inferenceProviders: 1,
      fineTuningProviders: 0,
      wallets: 1,
    })
    const [other] = longer.wallets as [Wallet]
    const [carol] = longer.inference as [LocalProvider]
    await using slow = await createBroker({ signer: other, network: longer.network, journal: memoryJournal() })
    expect(() => slow.inference.startAutoFunding(carol.address, idle({ after: '1h' }))).toThrow(
      'after of reclaimIdle is at least as long as the lock of a refund.',
    )
  })
})

/** Every moment before and after each record of a request that keeps something, in turn. */
const moments = ['claiming', 'prepared', 'mined', 'prepared', 'mined', 'claiming-ended']
  .flatMap((type) => [`before ${type}`, `after ${type}`])
  .map((where, moment) => ({ where, moment }))

test.for(moments)('a process that is lost $where ($moment) asks idle money back once', async ({ moment, where }) => {
  const nonce = await chain.provider.getTransactionCount(user.address)
  const journal = dyingJournal(moment)
  const first = await open({ journal })
  first.inference.startAutoFunding(alice.address, idle({ keep: '1.2' }))
  expect(await journal.died).toBe(where)
  const kept = await copyOf(journal.records)
  const second = await open({ journal: kept })
  second.inference.startAutoFunding(alice.address, { ...idle({ keep: '1.2' }), onPendingRefund: 'reuse' })
  await untilHolds(async () => {
    expect(await standing(second)).toEqual({
      ledger: '14',
      free: '1.2',
      pending: '1.8',
      why: 'idle',
      wait: 'reclaiming',
    })
    expect(openClaims(kept.records)).toBe(0)
  })
  await rests(second)
  expect(sent(second)).toEqual(['retrieveFund', 'transferFund'])
  expect(await chain.provider.getTransactionCount(user.address)).toBe(nonce + 2)
})

async function open({
  through,
  journal = memoryJournal(),
}: { through?: string; journal?: Journal } = {}): Promise<Broker> {
  const signer = through === undefined ? user : user.connect(connect(through))
  const broker = await createBroker({ signer, network: chain.network, intervalMs: 100, journal })
  brokers.push(broker)
  return broker
}

/** Time passes, and the chain goes on: the block time is judged by the latest blocks. */
async function later(seconds: number): Promise<void> {
  await chain.warp(seconds)
  await chain.mine(30)
}

/** Five more readings. */
async function rests(broker: Broker): Promise<void> {
  for (let count = 0; count < 5; count += 1) await broker.position()
}

const standing = (broker: Broker, { address }: LocalProvider = alice) => idleStanding(broker, address)

async function copyOf(records: DyingJournal['records']) {
  const copy = memoryJournal()
  for (const record of records) await copy.append(record)
  return copy
}

function openClaims(records: DyingJournal['records']): number {
  const count = (type: string) => records.filter((record) => record.type === type).length
  return count('claiming') - count('claiming-ended')
}

function transfer({ address }: LocalProvider, amount: string) {
  return callOf(chain.contracts.ledger, 'transferFund', [address, 'inference-v1.0', og(amount)])
}
