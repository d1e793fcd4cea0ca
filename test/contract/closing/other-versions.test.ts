import { parseEther as og, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { CLAIM_MARGIN } from '../../../machines/index.ts'
import { createBroker, memoryJournal, type Broker, type NetworkConfig } from '../../../src/index.ts'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { gasPaid } from '../../support/crowd.ts'
import { deployVersion } from '../../support/other-version.ts'
import { until } from '../../support/until.ts'

const LOCK = 3_600
const OTHER_LOCK = 2 * LOCK

let chain: LocalChain
let restore: () => Promise<void>
let user: Wallet
let alice: LocalProvider, bob: LocalProvider
let broker: Broker

/** The wallet has a sub-account with alice in both versions of inference, and one with bob in another of fine-tuning. */
beforeAll(async () => {
  chain = await localChain({ lockTime: LOCK, inferenceProviders: 2, fineTuningProviders: 0, wallets: 1 })
  ;[user] = chain.wallets as [Wallet]
  ;[alice, bob] = chain.inference as [LocalProvider, LocalProvider]
  await chain.provider.send('anvil_setBlockTimestampInterval', [1])
  await deployVersion(chain, { serviceType: 'inference', version: 'v1.1', lockTime: OTHER_LOCK })
  await deployVersion(chain, { serviceType: 'fine-tuning', version: 'v1.1', lockTime: LOCK })
  await transact(user, [
    callOf(chain.contracts.ledger, 'addLedger', [''], og('20')),
    transfer(alice, 'inference-v1.0', '1'),
    transfer(alice, 'inference-v1.1', '2'),
    transfer(bob, 'fine-tuning-v1.1', '3'),
  ])
  restore = await chain.snapshot()
})
beforeEach(() => open())
afterEach(async () => {
  await broker.close()
  await restore()
})
afterAll(() => chain[Symbol.asyncDispose]())

test('closing brings home what lies in other versions, and deletes the ledger', async () => {
  const before = (await gasPaid(chain, user.address)).transactions.length
  const plan = await broker.ledger.closingPlan()
  const asked = (unlocksAt: number, amount: string) => [{ amount: og(amount), unlocksAt, isRequested: false }]
  const now = plan.block.timestamp
  expect(plan).toMatchObject({ home: og('20'), stuck: 0n, transactions: 7, endsAt: now + OTHER_LOCK + CLAIM_MARGIN })
  expect(plan.subAccounts).toEqual([
    {
      provider: alice.address,
      serviceType: 'inference',
      balance: og('1'),
      refunds: asked(now + LOCK, '1'),
      homeAt: now + LOCK + CLAIM_MARGIN,
    },
    {
      provider: alice.address,
      serviceType: 'inference',
      service: 'inference-v1.1',
      balance: og('2'),
      refunds: asked(now + OTHER_LOCK, '2'),
      homeAt: now + OTHER_LOCK + CLAIM_MARGIN,
    },
    {
      provider: bob.address,
      serviceType: 'fine-tuning',
      service: 'fine-tuning-v1.1',
      balance: og('3'),
      refunds: asked(now + LOCK, '3'),
      homeAt: now + LOCK + CLAIM_MARGIN,
    },
  ])
  const done = broker.ledger.closeLedger()
  done.catch(() => undefined)
  await until(() => broker.ledger.closingStatus()?.state === 'waiting')
  expect(broker.ledger.closingStatus()).toMatchObject({ subAccounts: 3, locked: og('6') })
  await mineAt((broker.ledger.closingStatus()?.until ?? 0) + 10)
  await until(() => broker.ledger.closingStatus()?.subAccounts === 1)
  await until(() => broker.ledger.closingStatus()?.state === 'waiting')
  await mineAt(broker.ledger.closingStatus()?.until ?? 0)
  expect(await done).toMatchObject({ success: true })
  expect((await broker.position()).ledger).toBeNull()
  const { transactions, wei } = await gasPaid(chain, user.address)
  expect(transactions.slice(before)).toEqual([...Array.from({ length: 6 }, () => 'retrieveFund'), 'refund'])
  expect((await chain.provider.getBalance(user.address)) + wei).toBe(og('100000'))
})

test('a closing that is cancelled says what stays locked in another version', async () => {
  broker.ledger.closeLedger().catch(() => undefined)
  await until(() => broker.ledger.closingStatus()?.state === 'waiting')
  const { locked, free } = await broker.ledger.cancelClosing()
  expect(free).toBe(0n)
  expect(
    locked.map(({ service, serviceType, provider, amount }) => [service ?? serviceType, provider, amount]),
  ).toEqual([
    ['inference', alice.address, og('1')],
    ['inference-v1.1', alice.address, og('2')],
    ['fine-tuning-v1.1', bob.address, og('3')],
  ])
})

test('a network without fine-tuning closes a ledger with money in it', async () => {
  await broker.close()
  const { fineTuning: _, ...network } = chain.network
  await transact(user, [transfer(bob, 'fine-tuning-v1.0', '1')])
  await open(network)
  const done = broker.ledger.closeLedger()
  done.catch(() => undefined)
  for (const subAccounts of [4, 1]) {
    await until(() => broker.ledger.closingStatus()?.subAccounts === subAccounts)
    await until(() => broker.ledger.closingStatus()?.state === 'waiting')
    await mineAt((broker.ledger.closingStatus()?.until ?? 0) + 10)
  }
  await done
  expect((await broker.position()).ledger).toBeNull()
})

async function open(network: NetworkConfig = chain.network): Promise<void> {
  broker = await createBroker({ signer: user, network, journal: memoryJournal(), intervalMs: 100 })
}

function transfer({ address }: LocalProvider, service: string, amount: string) {
  return callOf(chain.contracts.ledger, 'transferFund', [address, service, og(amount)])
}

async function mineAt(timestamp: number): Promise<void> {
  await chain.provider.send('evm_setNextBlockTimestamp', [timestamp])
  await chain.provider.send('evm_mine', [])
}
