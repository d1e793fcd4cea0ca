import { parseEther as og, Transaction, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createBroker, memoryJournal, type Broker, type JournalRecord } from '../../../src/index.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { drainedWallet, holdingsOf } from '../../support/drained-wallet.ts'
import { lastOf, outcomeInTime } from '../../support/outcome.ts'
import { startProxy, type Proxy } from '../../support/proxy.ts'
import { until } from '../../support/until.ts'

/** Longer than what makes a transaction stuck while blocks come every second. */
const LONGER_THAN_STUCK_MS = 12_000

let chain: LocalChain
let proxy: Proxy
let signer: Wallet
let broker: Broker
let records: readonly JournalRecord[]
const removals: (() => void)[] = []

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
  proxy = await startProxy(chain.anvil.url)
})
beforeEach(async () => {
  signer = await drainedWallet(chain, proxy.url)
  const journal = memoryJournal()
  ;({ records } = journal)
  broker = await createBroker({ signer, network: chain.network, journal, intervalMs: 200 })
  await chain.setAutomine(false)
})
afterEach(async () => {
  for (const remove of removals.splice(0)) remove()
  await broker.close()
  await chain.provider.send('anvil_dropAllTransactions', [])
  await chain.setAutomine(true)
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

const replacements = () => records.filter(({ type }) => type === 'replaced')

test('while no block comes no fee is raised, and the first bytes are mined once the chain goes on', async () => {
  const sent = broker.ledger.depositFund('1')
  await lastOf(
    () => replacements().length,
    (count) => count > 0,
    LONGER_THAN_STUCK_MS,
  )
  expect.soft(replacements()).toEqual([])
  await chain.mine()
  expect.soft(await outcomeInTime(sent)).toMatchObject({ value: { success: true } })
  const [prepared] = records
  const hash = prepared?.type === 'prepared' ? prepared.signed?.hash : undefined
  expect(records.at(-1)).toMatchObject({ type: 'mined', hash })
})

test('a fee is raised once blocks went by that could have taken the transaction and did not', async () => {
  const sent = broker.ledger.depositFund('1')
  await until(() => records.length === 1)
  const mineWithoutIt = async () => {
    await chain.provider.send('anvil_setNextBlockBaseFeePerGas', ['0x4a817c800'])
    await chain.mine()
    return replacements().length
  }
  expect(await lastOf(mineWithoutIt, (count) => count > 0)).toBeGreaterThan(0)
  expect(await outcomeInTime(mineAndAwait(sent))).toMatchObject({ value: { success: true } })
  expect(await holdingsOf(chain, signer)).toEqual({ subAccount: og('1'), ledger: og('18') })
})

/** Lets every transaction be mined at once, and awaits this one. */
async function mineAndAwait<T>(sent: Promise<T>): Promise<T> {
  await chain.setAutomine(true)
  await chain.mine()
  return sent
}

test('a second transaction of a delegated wallet, which nodes take one at a time, waits for the first at its own fee', async () => {
  const nonce = await signer.getNonce()
  let refusals = 0
  removals.push(
    proxy.fault(({ method, params: [raw] }) => {
      if (method !== 'eth_sendRawTransaction' || Transaction.from(String(raw)).nonce === nonce) return undefined
      refusals += 1
      const message = 'in-flight transaction limit reached for delegated accounts'
      return { kind: 'rpc', code: -32_000, message }
    }),
  )
  const first = broker.ledger.depositFund('1')
  await until(() => records.length === 1)
  const second = broker.ledger.depositFund('2')
  await until(() => refusals > 0)
  for (const remove of removals.splice(0)) remove()
  await chain.mine()
  expect(await outcomeInTime(first)).toMatchObject({ value: { success: true } })
  await until(async () => (await signer.getNonce('pending')) === nonce + 2)
  await chain.mine()
  expect(await outcomeInTime(second)).toMatchObject({ value: { success: true } })
  expect(replacements()).toEqual([])
})
