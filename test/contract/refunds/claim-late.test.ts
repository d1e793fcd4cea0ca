import { parseEther as og, Transaction, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createBroker, memoryJournal, type Broker, type Journal } from '../../../src/index.ts'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { errorInTime, lastOf } from '../../support/outcome.ts'
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

test('a retrieve that one node refused for good, and another one mines later, is put back', async () => {
  const journal = memoryJournal()
  const broker = await open(journal)
  const { raw } = await refusedClaim(broker)
  await chain.provider.send('eth_sendRawTransaction', [raw])
  expect(await lastOf(() => standing(broker), isPutBack)).toEqual(claimed)
  expect(operations(broker)).toEqual(['retrieveFund refused', 'retrieveFund mined', 'transferFund mined'])
  expect(
    await lastOf(
      () => claimsIn(journal),
      (types) => types.length === 2,
    ),
  ).toEqual(['claiming', 'claiming-ended'])
})

test('it is put back by the next process, too', async () => {
  const journal = memoryJournal()
  const first = await open(journal)
  const { raw } = await refusedClaim(first)
  await first.close()
  await chain.provider.send('eth_sendRawTransaction', [raw])
  const next = await open(journal)
  expect(await lastOf(() => standing(next), isPutBack)).toEqual(claimed)
  expect(
    await lastOf(
      () => claimsIn(journal),
      (types) => types.length === 2,
    ),
  ).toEqual(['claiming', 'claiming-ended'])
})

test('another claim after it is put back once, and once the nonce of the refused one is spent for good both have ended', async () => {
  const journal = memoryJournal()
  const broker = await open(journal)
  const { heal } = await refusedClaim(broker)
  heal()
  expect(await broker.ledger.claimRefunds()).toMatchObject({ claimed: og('1'), putBack: og('2') })
  await chain.mine(30)
  const ended = () => broker.position().then(() => claimsIn(journal).filter((type) => type === 'claiming-ended').length)
  expect(await lastOf(ended, (count) => count === 2)).toBe(2)
  expect(await standing(broker)).toEqual(claimed)
})

/** A claim whose retrieve the broker's node refuses for good. */
async function refusedClaim(broker: Broker): Promise<{ raw: string; heal: () => void }> {
  let [raw, first] = ['', '']
  const heal = proxy.fault(({ method, params: [bytes] }) => {
    if (method !== 'eth_sendRawTransaction') return undefined
    const hash = Transaction.from(String(bytes)).hash ?? ''
    if (first === '') [raw, first] = [String(bytes), hash]
    return hash === first ? { kind: 'rpc', code: -32_000, message: 'invalid sender' } : undefined
  })
  removals.push(heal)
  expect(await errorInTime(broker.ledger.claimRefunds())).toMatchObject({ name: 'RefusedByNodeError' })
  return { raw, heal }
}

async function open(journal: Journal): Promise<Broker> {
  const signer = user.connect(connect(proxy.url))
  const broker = await createBroker({ signer, network: chain.network, intervalMs: 60_000, journal })
  brokers.push(broker)
  return broker
}

async function standing(broker: Broker) {
  const { ledger, subAccounts } = await broker.position()
  const [account] = subAccounts
  return { ledger: ledger?.available, free: account?.available, pending: account?.pendingRefund }
}

const isPutBack = ({ free }: { free: bigint | undefined }) =>
  free === claimed.free && brokers.some((broker) => operations(broker).at(-1) === 'transferFund mined')

const claimsIn = ({ records }: ReturnType<typeof memoryJournal>) =>
  records.map(({ type }) => type).filter((type) => type.startsWith('claiming'))

function operations(broker: Broker): string[] {
  return broker.transactions().map((one) => {
    const { context, value } = one.getSnapshot()
    return `${context.operation} ${String(value)}`
  })
}

function transfer(amount: string) {
  return callOf(chain.contracts.ledger, 'transferFund', [alice.address, 'inference-v1.0', og(amount)])
}

function retrieve() {
  return callOf(chain.contracts.ledger, 'retrieveFund', [[alice.address], 'inference-v1.0'])
}
