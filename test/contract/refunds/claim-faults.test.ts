import { parseEther as og, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createBroker, memoryJournal, type Broker, type Journal } from '../../../src/index.ts'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { hookedJournal } from '../../support/dying-journal.ts'
import { startProxy, type Proxy } from '../../support/proxy.ts'

const LOCK = 3600

let chain: LocalChain, proxy: Proxy
let restore: () => Promise<void>
let user: Wallet, alice: LocalProvider
const brokers: Broker[] = []
const removals: (() => void)[] = []

beforeAll(async () => {
  chain = await localChain({ lockTime: LOCK, inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
  proxy = await startProxy(chain.anvil.url)
  ;[user] = chain.wallets as [Wallet]
  ;[alice] = chain.inference as [LocalProvider]
  await transact(user, [callOf(chain.contracts.ledger, 'addLedger', [''], og('100')), transfer('3'), retrieve()])
  await chain.warp(LOCK)
  await transact(user, [transfer('2')]) // takes as much from the refund: 1 is left of it, and unlocked
  await chain.mine(30)
  restore = await chain.snapshot()
})
afterEach(async () => {
  for (const remove of removals.splice(0)) remove()
  await Promise.all(brokers.splice(0).map((broker) => broker.close()))
  await restore()
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

const claimed = { ledger: og('98'), free: og('2'), pending: 0n }

test('a node that fails between the two transactions is asked until it answers', async () => {
  const broker = await open(hookedJournal(({ type }) => void (type === 'mined' && failThreeTimes())))
  expect(await broker.ledger.claimRefunds()).toMatchObject({ claimed: og('1'), putBack: og('2') })
  expect(await standing(broker)).toEqual(claimed)
  expect(operations(broker)).toEqual(['retrieveFund', 'transferFund'])
})

test('a journal that cannot be written before the first transaction leaves everything as it was', async () => {
  const broker = await open(hookedJournal(({ type }) => (type === 'claiming' ? full() : undefined)))
  await expect(broker.ledger.claimRefunds()).rejects.toMatchObject({ name: 'NotRecordedError' })
  expect(operations(broker)).toEqual([])
  expect(await standing(broker)).toEqual({ ledger: og('97'), free: og('2'), pending: og('1') })
})

test('a claim that the wallet refuses leaves nothing open', async () => {
  const journal = memoryJournal()
  const broker = await open(journal)
  const refusal = { kind: 'rpc', code: 3, message: 'execution reverted', data: '0x90b8ec18' } as const
  removals.push(proxy.fault(({ method }) => (method === 'eth_estimateGas' ? refusal : undefined)))
  await expect(broker.ledger.claimRefunds()).rejects.toMatchObject({ errorName: 'TransferFailed' })
  expect(journal.records.map(({ type }) => type)).toEqual(['claiming', 'claiming-ended'])
})

test('a transfer by hand comes after the claim, and on top of what was free', async () => {
  let transferring: Promise<unknown> | undefined
  const broker = await open(
    hookedJournal(({ type }) => {
      if (type === 'mined') transferring ??= broker.ledger.transferFund(alice.address, 'inference', '0.5')
      return undefined
    }),
  )
  expect(await broker.ledger.claimRefunds()).toMatchObject({ claimed: og('1'), putBack: og('2') })
  await transferring
  expect(await standing(broker)).toEqual({ ledger: og('97.5'), free: og('2.5'), pending: 0n })
})

test('several calls at once make one claim', async () => {
  const broker = await open(memoryJournal())
  const asked = [
    broker.ledger.claimRefunds(),
    broker.ledger.claimRefunds(alice.address, 'inference'),
    broker.ledger.claimRefunds(),
  ]
  const outcomes = await Promise.allSettled(asked)
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(operations(broker)).toEqual(['retrieveFund', 'transferFund'])
  expect(await standing(broker)).toEqual(claimed)
})

test('claimRefunds is refused while the ledger is being closed', async () => {
  const journal = memoryJournal()
  await journal.append({ type: 'closing', id: 'closing-1', at: 0 })
  const broker = await open(journal)
  await expect(broker.ledger.claimRefunds()).rejects.toMatchObject({ name: 'LedgerClosingError' })
})

async function open(journal: Journal): Promise<Broker> {
  const signer = user.connect(connect(proxy.url))
  const broker = await createBroker({ signer, network: chain.network, intervalMs: 60_000, journal })
  brokers.push(broker)
  return broker
}

function failThreeTimes(): void {
  if (removals.length > 0) return
  let left = 3
  removals.push(
    proxy.fault(({ method }) =>
      method === 'eth_call' && (left -= 1) >= 0 ? { kind: 'http', status: 500 } : undefined,
    ),
  )
}

const full = () => Promise.reject(new Error('no space left on device'))

async function standing(broker: Broker) {
  const { ledger, subAccounts } = await broker.position()
  const [account] = subAccounts
  return { ledger: ledger?.available, free: account?.available, pending: account?.pendingRefund }
}

const operations = (broker: Broker) => broker.transactions().map((one) => one.getSnapshot().context.operation)

function transfer(amount: string) {
  return callOf(chain.contracts.ledger, 'transferFund', [alice.address, 'inference-v1.0', og(amount)])
}

function retrieve() {
  return callOf(chain.contracts.ledger, 'retrieveFund', [[alice.address], 'inference-v1.0'])
}
