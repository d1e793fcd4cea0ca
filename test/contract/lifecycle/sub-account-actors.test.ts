import { parseEther as og, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { subAccountView } from '../../../machines/index.ts'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { createBroker, type Broker, memoryJournal } from '../../../src/index.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'

const LOCK = 3600

let chain: LocalChain
let restore: () => Promise<void>
let user: Wallet
let broker: Broker

beforeAll(async () => {
  chain = await localChain({ lockTime: LOCK, inferenceProviders: 1 })
  restore = await chain.snapshot()
  ;[user] = chain.wallets as [Wallet]
})
beforeEach(async () => {
  broker = await createBroker({ signer: user, network: chain.network, journal: memoryJournal() })
})
afterEach(async () => {
  await broker.close()
  await restore()
})
afterAll(() => chain[Symbol.asyncDispose]())

describe.for(['inference', 'fine-tuning'] as const)('a sub-account of %s', (serviceType) => {
  const provider = (): LocalProvider => {
    const [first] = serviceType === 'inference' ? chain.inference : chain.fineTuning
    if (!first) throw new Error('The chain has no provider.')
    return first
  }
  const transfer = (amount: string) => broker.ledger.transferFund(provider().address, serviceType, amount)
  const retrieve = () => broker.ledger.retrieveFundFromProvider(provider().address, serviceType, { force: true })

  test('goes through all its states with real transactions, and is opened again', async () => {
    const life = follow(provider())
    expect(await life()).toBe('none')
    await broker.ledger.addLedger('20')
    expect(await life()).toBe('none')
    await transfer('1')
    expect(await life()).toBe('low')
    await transfer('1')
    expect(await life()).toBe('funded')
    await provider().settle(user.address, 1n)
    expect(await life()).toBe('low')
    await provider().settle(user.address, og('2') - 1n)
    expect(await life()).toBe('created')
    await transfer('3')
    expect(await life()).toBe('funded')
    await retrieve()
    expect(await life()).toEqual({ refunding: 'locked' })
    await chain.warp(LOCK)
    expect(await life()).toEqual({ refunding: 'claimable' })
    await retrieve()
    expect(await life()).toBe('created')
    await broker.ledger.refund('18')
    expect(await life()).toBe('closed')
    await broker.ledger.addLedger('3')
    expect(await life()).toBe('closed')
    await transfer('2')
    expect(await life()).toBe('funded')
    expect(broker.subAccounts()).toEqual([life.actor])
    const { block } = await broker.position()
    expect(life.actor.getSnapshot().context.reading?.block).toBe(block.number)
  })

  test('shows the state of a refund that is claimed, cancelled and locked anew', async () => {
    const life = follow(provider())
    await broker.ledger.addLedger('20')
    await transfer('2')
    const first = await lockedIn(retrieve())
    await life()
    const all = { balance: `${og('2')}`, pendingRefund: `${og('2')}`, available: '0', claimable: '0' }
    expect(life.view()).toEqual({ ...named(), ...all, refund: 'locked', spendable: false, unlocksAt: first })
    await transfer('2.5') // 2 from the refund, 0.5 from the ledger
    expect(await life()).toBe('funded')
    const second = await lockedIn(retrieve())
    expect(await life()).toEqual({ refunding: 'locked' })
    expect(life.view()).toMatchObject({ balance: `${og('2.5')}`, unlocksAt: second })
    await chain.warp(LOCK)
    await transfer('0.5') // from the claimable refund
    expect(await life()).toEqual({ refunding: 'claimable' })
    expect(life.view()).toEqual({
      ...named(),
      refund: 'claimable',
      spendable: false,
      balance: `${og('2.5')}`,
      pendingRefund: `${og('2')}`,
      available: `${og('0.5')}`,
      claimable: `${og('2')}`,
      unlocksAt: null,
    })
    const third = await lockedIn(retrieve()) // claims 2, locks the free 0.5
    expect(await life()).toEqual({ refunding: 'locked' })
    expect(life.view()).toMatchObject({ balance: `${og('0.5')}`, claimable: '0', unlocksAt: third })
    await provider().settle(user.address, og('0.5')) // a provider may take what is being refunded
    expect(await life()).toBe('created')
  })

  test('that went through several states between two readings ends in the last one', async () => {
    const life = follow(provider())
    await broker.ledger.addLedger('20')
    await transfer('2')
    await retrieve()
    await chain.warp(LOCK)
    expect(await life()).toEqual({ refunding: 'claimable' })
    await retrieve()
    await broker.ledger.refund('20')
    expect(await life()).toBe('closed')
  })

  const named = () => ({ provider: provider().address, serviceType, state: 'refunding', required: `${og('2')}` })
})

/** Reads the position and returns the state of the sub-account's actor. */
function follow({ address, serviceType }: LocalProvider) {
  const actor = broker.subAccount(address, serviceType)
  const read = async () => {
    await broker.position()
    return actor.getSnapshot().value
  }
  return Object.assign(read, { actor, view: () => subAccountView(actor.getSnapshot()) })
}

/** When the refund that a transaction requested can be claimed. */
async function lockedIn(receipt: Promise<{ blockNumber: number }>): Promise<number> {
  const { blockNumber } = await receipt
  return ((await chain.provider.getBlock(blockNumber))?.timestamp ?? 0) + LOCK
}
