import { parseEther as og, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createBroker, type Broker, type Journal } from '../../../src/index.ts'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { hookedJournal } from '../../support/dying-journal.ts'
import { startProxy } from '../../support/proxy.ts'
import { until } from '../../support/until.ts'

let chain: LocalChain
let user: Wallet, alice: LocalProvider
let restore: () => Promise<void>
const brokers: Broker[] = []

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
  ;[user] = chain.wallets as [Wallet]
  ;[alice] = chain.inference as [LocalProvider]
  await transact(user, [
    callOf(chain.contracts.ledger, 'addLedger', [''], og('5')),
    callOf(chain.contracts.ledger, 'transferFund', [alice.address, 'inference-v1.0', og('1')]),
  ])
  restore = await chain.snapshot()
})
afterEach(async () => {
  await Promise.all(brokers.splice(0).map((broker) => broker.close()))
  await restore()
})
afterAll(() => chain[Symbol.asyncDispose]())

test('a deposit has the gas to fill a ledger that a transfer of all empties before it is mined', async () => {
  await using proxy = await startProxy(chain.anvil.url)
  let deposited: Promise<unknown> | undefined
  // The gas of the deposit is estimated before the transfer is sent, as auto-deposit and auto-funding do at one reading.
  const { ledger } = await open(
    hookedJournal(({ type }) => {
      if (type !== 'prepared' || deposited) return undefined
      deposited = ledger.depositFund('3')
      return until(() => proxy.calls['eth_estimateGas'] === 2)
    }),
    user.connect(connect(proxy.url)),
  )
  await ledger.transferFund(alice.address, 'inference', '4')
  expect(await deposited).toMatchObject({ success: true })
  expect(await ledger.getLedger()).toMatchObject({ available: og('3'), locked: og('5') })
})

test('a transfer has the gas to fill a sub-account that its provider empties before it is mined', async () => {
  const { ledger } = await open(
    hookedJournal(({ type }) => (type === 'prepared' ? alice.settle(user.address, og('9')) : undefined)),
  )
  expect(await ledger.transferFund(alice.address, 'inference', '2')).toMatchObject({ success: true })
  expect(await ledger.getLedger()).toMatchObject({ available: og('2'), locked: og('2') })
})

async function open(journal: Journal, signer = user): Promise<Broker> {
  const broker = await createBroker({ signer, network: chain.network, journal })
  brokers.push(broker)
  return broker
}
