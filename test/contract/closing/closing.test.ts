import { parseEther as og, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CLAIM_MARGIN } from '../../../machines/index.ts'
import {
  ClosingCancelledError,
  ClosingStuckError,
  createBroker,
  LedgerClosingError,
  memoryJournal,
  type Broker,
  type Journal,
  type NetworkConfig,
} from '../../../src/index.ts'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { callsOn, gasPaid } from '../../support/crowd.ts'
import { deployVersion } from '../../support/other-version.ts'
import { until } from '../../support/until.ts'
import { EXACT } from '../../support/exact.ts'

const LOCK = 3_600

let chain: LocalChain
let restore: () => Promise<void>
let user: Wallet
/** A broker with all its money in the ledger: closing takes one transaction. */
let idle: Wallet
let alice: LocalProvider, tuner: LocalProvider
let journal: Journal
let brokers: Broker[]

beforeAll(async () => {
  chain = await localChain({ lockTime: LOCK, inferenceProviders: 1, wallets: 2 })
  ;[user, idle] = chain.wallets as [Wallet, Wallet]
  ;[alice] = chain.inference as [LocalProvider]
  ;[tuner] = chain.fineTuning as [LocalProvider]
  await chain.provider.send('anvil_setBlockTimestampInterval', [1])
  const { open, transfer } = callsOn(chain)
  await transact(user, [open('20'), transfer(alice.address, '3'), transfer(tuner.address, '2', 'fine-tuning')])
  await transact(idle, [open('5')])
  restore = await chain.snapshot()
})
beforeEach(() => {
  journal = memoryJournal()
  brokers = []
})
afterEach(async () => {
  await Promise.all(brokers.map((broker) => broker.close()))
  await chain.setAutomine(true)
  await restore()
})
afterAll(() => chain[Symbol.asyncDispose]())

describe('a closing goes on by itself', () => {
  test('in the next broker that reads positions, and not a second before a refund is unlocked', async () => {
    const first = await waits(await closing())
    expect(first.isClosing).toBe(true)
    const unlocked = first.closingStatus()?.until ?? 0
    await closed()
    await mineAt(unlocked - 1)
    const second = await watching()
    await until(() => second.closingStatus()?.block.timestamp === unlocked - 1)
    expect(second.closingStatus()).toMatchObject({ state: 'waiting', until: unlocked, hold: null, locked: og('5') })
    const sent = (await operations()).length
    await mineAt(unlocked)
    await until(async () => (await operations()).length > sent)
    await until(async () => (await broker().position()).ledger === null && !second.isClosing)
    expect((await operations()).slice(sent)).toEqual(['retrieveFund', 'retrieveFund', 'refund'])
    const { wei } = await gasPaid(chain, user.address)
    expect((await chain.provider.getBalance(user.address)) + wei).toBe(og('100000'))
  })

  test('when callers ask for it again, and all of them wait for the same end', async () => {
    const first = await waits(await closing())
    await mineAt(first.closingStatus()?.until ?? 0)
    const [one, two] = await Promise.all([first.closeLedger(), first.closeLedger()])
    expect(one).toEqual(two)
    expect(one).toMatchObject({ success: true, blockNumber: await chain.provider.getBlockNumber() })
    expect(first.isClosing).toBe(false)
  })

  test("over a lock that the contract's owner makes longer, and shorter again", async () => {
    const ledger = await waits(await closing())
    const before = ledger.closingStatus()?.until ?? 0
    await setLocks(2 * LOCK)
    await until(() => ledger.closingStatus()?.until === before + LOCK)
    await mineAt(before)
    const sent = (await operations()).length
    await until(() => ledger.closingStatus()?.block.timestamp === before)
    expect(ledger.closingStatus()).toMatchObject({ state: 'waiting', until: before + LOCK, hold: null })
    expect(await operations()).toHaveLength(sent)
    await setLocks(LOCK)
    await ledger.closeLedger()
    expect((await broker().position()).ledger).toBeNull()
  })

  test('past a step that was mined and reverted: the status shows it, and closing tries again after a back-off', async () => {
    const { inference } = chain.network
    const ledger = await waits(await closing())
    await chain.setAutomine(false)
    const owned = await chain.provider.getBalance(inference)
    const sent = (await operations()).length
    await mineAt(ledger.closingStatus()?.until ?? 0)
    await until(async () => (await chain.provider.getTransactionCount(user.address, 'pending')) > sent)
    await setBalance(inference, 0n)
    await chain.mine()
    await chain.setAutomine(true)
    await until(() => ledger.closingStatus()?.failure !== null)
    expect(ledger.closingStatus()).toMatchObject({
      failure: { count: 1, message: expect.stringContaining('mined and reverted') as string },
    })
    // The other service goes on meanwhile.
    await until(() => ledger.closingStatus()?.locked === og('3'))
    expect((await operations()).slice(sent)).toEqual(['retrieveFund reverted', 'retrieveFund'])
    await setBalance(inference, owned)
    await mineAt((ledger.closingStatus()?.until ?? 0) - 1)
    await mineAt(ledger.closingStatus()?.until ?? 0)
    await until(async () => (await broker().position()).ledger === null)
  })
})

describe('a closing ends', () => {
  test('when the user cancels it, with what stays locked and until when', async () => {
    const ledger = await closing()
    const waiter = ledger.closeLedger().catch((error: unknown) => error)
    await waits(ledger)
    const unlocked = (ledger.closingStatus()?.until ?? 0) - CLAIM_MARGIN
    const cancelled = await ledger.cancelClosing()
    expect(cancelled).toEqual({
      block: expect.any(Object) as object,
      available: og('15'),
      locked: [
        { provider: alice.address, serviceType: 'inference', amount: og('3'), until: unlocked },
        { provider: tuner.address, serviceType: 'fine-tuning', amount: og('2'), until: unlocked + 1 },
      ],
      free: 0n,
    })
    const error = await waiter
    expect(error).toBeInstanceOf(ClosingCancelledError)
    expect(error).toMatchObject({ cancelled, message: expect.stringContaining('3 OG locked until') as string })
    expect(ledger.actor.getSnapshot().value).toBe('open')
    await closed()
    await mineAt(unlocked + LOCK)
    const next = await watching()
    await broker().position()
    expect([next.isClosing, (await operations()).at(-1)]).toEqual([false, 'retrieveFund'])
    await next.transferFund(alice.address, 'inference', '1')
  })

  test('and cannot be cancelled before it begins, or once the last step is in flight', async () => {
    const nothing = { name: 'InvalidInputError', message: 'The ledger is not being closed.' }
    const ledger = await watching({ signer: idle })
    await expect(ledger.cancelClosing()).rejects.toMatchObject(nothing)
    await chain.setAutomine(false)
    const done = ledger.closeLedger()
    await until(() => broker().transactions().at(-1)?.getSnapshot().value === 'broadcast')
    await expect(ledger.cancelClosing()).rejects.toThrow('It is too late to cancel: the last step is on its way.')
    await chain.mine()
    expect(await done).toMatchObject({ success: true })
    await expect(ledger.cancelClosing()).rejects.toMatchObject(nothing)
  })

  test('before a ledger that was opened anew after its withdrawal, though no process saw the withdrawal', async () => {
    await chain.setAutomine(false)
    const first = await closing({ signer: idle })
    await until(() => broker().transactions().at(-1)?.getSnapshot().value === 'broadcast')
    await closed()
    await chain.mine()
    await chain.setAutomine(true)
    await transact(idle, [callsOn(chain).open('7')])
    expect(first.isClosing).toBe(true)
    const next = await watching({ signer: idle })
    await until(() => !next.isClosing)
    expect((await broker().position()).ledger).toMatchObject({ available: og('7'), total: og('7') })
    expect(next.actor.getSnapshot().value).toBe('open')
  })

  test('where money lies in a service of another kind: all the rest is home', async () => {
    await deployVersion(chain, { serviceType: 'storage', version: 'v1.0' })
    await transact(user, [callOf(chain.contracts.ledger, 'transferFund', [alice.address, 'storage-v1.0', og('2')])])
    const ledger = await closing()
    await waits(ledger)
    const done = ledger.closeLedger().catch((error: unknown) => error)
    await mineAt(ledger.closingStatus()?.until ?? 0)
    expect(await done).toEqual(new ClosingStuckError(og('2')))
    expect([ledger.isClosing, (await broker().position()).ledger]).toMatchObject([
      false,
      { available: 0n, total: og('2'), locked: og('2') },
    ])
  })
})

test('the broker pays nothing to a provider while the ledger is being closed', async () => {
  const ledger = await waits(await closing())
  const { inference, fineTuning } = broker()
  const { address } = alice
  const nonce = await user.getNonce()
  expect(() => inference.startAutoFunding(address, EXACT)).toThrow(new LedgerClosingError('startAutoFunding'))
  for (const [attempt, operation] of [
    [() => inference.ensureFunded(address, '1'), 'ensureFunded'],
    [() => ledger.transferFund(address, 'inference', '1'), 'transferFund'],
    [() => fineTuning.acknowledgeProviderSigner(address), 'transferFund'],
  ] as const)
    await expect(attempt()).rejects.toThrow(new LedgerClosingError(operation))
  expect(await user.getNonce()).toBe(nonce)
})

type Place = { network?: NetworkConfig; signer?: Wallet }

/** The ledger of a broker that is closing it. */
async function closing(place: Place = {}) {
  const ledger = await watching(place)
  ledger.closeLedger().catch(() => undefined)
  return ledger
}

async function waits(ledger: Broker['ledger']) {
  await until(() => ledger.closingStatus()?.state === 'waiting')
  return ledger
}

async function watching({ network = chain.network, signer = user }: Place = {}) {
  const made = await createBroker({ signer, network, journal, intervalMs: 100 })
  brokers.push(made)
  made.positions$.subscribe()
  return made.ledger
}

const broker = (): Broker => brokers.at(-1) as Broker
const closed = (): Promise<void> => broker().close()
const operations = async (): Promise<string[]> => (await gasPaid(chain, user.address)).transactions

async function mineAt(timestamp: number): Promise<void> {
  await chain.provider.send('evm_setNextBlockTimestamp', [timestamp])
  await chain.provider.send('evm_mine', [])
}

async function setLocks(seconds: number): Promise<void> {
  const { owner, inference, fineTuning } = chain.contracts
  await transact(
    owner,
    [inference, fineTuning].map((serving) => callOf(serving, 'updateLockTime', [seconds])),
  )
}

async function setBalance(address: string, wei: bigint): Promise<void> {
  await chain.provider.send('anvil_setBalance', [address, `0x${wei.toString(16)}`])
}
