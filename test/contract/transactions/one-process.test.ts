import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JsonRpcSigner, parseEther as og, Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  AbortedError,
  ClosingCancelledError,
  createBroker,
  InvalidInputError,
  memoryJournal,
  openFileJournal,
  type Broker,
  type BrokerOptions,
} from '../../../src/index.ts'
import { EXACT } from '../../support/exact.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { lowWallet, outcomeOf, paidOnce, REQUIRED, type LowWallet } from '../../support/low-wallet.ts'
import { until } from '../../support/until.ts'

let chain: LocalChain

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0 })
})
afterAll(() => chain[Symbol.asyncDispose]())

type Options = Omit<BrokerOptions, 'signer' | 'provider' | 'address' | 'network'>

/** As a request of a server opens it: each with a signer and a connection of its own. */
function brokerOf({ wallet }: LowWallet, options: Options = {}): Promise<Broker> {
  const signer = new Wallet(wallet.privateKey, connect(chain.anvil.url))
  return createBroker({ signer, network: chain.network, ...options })
}

const alone = () => lowWallet(chain, chain.inference)
const providerOf = ({ needed }: LowWallet): string => [...needed.keys()][0] ?? ''

test('five requests at once that each open a broker, fund and close get five answers and pay once', async () => {
  const low = await alone()
  const request = async () => {
    await using broker = await brokerOf(low)
    return await broker.inference.ensureFunded(providerOf(low), REQUIRED)
  }
  const answers = await Promise.all(Array.from({ length: 5 }, request))
  expect(answers.filter((answer) => answer !== null)).toMatchObject([{ success: true, warnings: [] }])
  expect(await outcomeOf(chain, low)).toEqual(paidOnce(low))
})

test('brokers of one wallet that have auto-funding on pay a need once', async () => {
  const low = await alone()
  const brokers = await Promise.all([brokerOf(low), brokerOf(low), brokerOf(low)])
  for (const { inference } of brokers) inference.startAutoFunding(providerOf(low), { ...EXACT, intervalMs: 100 })
  for (const broker of brokers)
    await until(() => broker.transactions().some((actor) => actor.getSnapshot().value === 'mined'))
  await Promise.all(brokers.map((broker) => broker.position()))
  expect(await outcomeOf(chain, low)).toEqual(paidOnce(low))
  await Promise.all(brokers.map((broker) => broker.close()))
})

test('a broker that closes leaves the lane to the others, which follow what it has sent', async () => {
  const low = await alone()
  const first = await brokerOf(low)
  const second = await brokerOf(low)
  const seen: unknown[] = []
  second.transactions$.subscribe((actor) => seen.push(actor.getSnapshot().value))
  await chain.setAutomine(false)
  const transfer = first.ledger.transferFund(providerOf(low), 'inference', '1')
  await until(() => seen.includes('broadcast'))
  await Promise.all([
    first.close(),
    expect(transfer).rejects.toMatchObject({
      name: 'AbortedError',
      message: expect.stringContaining('The broker was closed before the transaction was mined.') as string,
    }),
  ])
  await expect(first.ledger.transferFund(providerOf(low), 'inference', '1')).rejects.toThrow(AbortedError)
  await chain.setAutomine(true)
  await chain.mine()
  await until(() => seen.includes('mined'))
  expect(await second.ledger.transferFund(providerOf(low), 'inference', '0.5')).toMatchObject({ success: true })
  expect((await outcomeOf(chain, low)).paid).toEqual({ [providerOf(low)]: [og('1'), og('0.5')] })
  await second.close()
})

test('a broker that opens late knows the transactions of the others, and no reading older than their receipts', async () => {
  const low = await alone()
  await using first = await brokerOf(low)
  const receipt = await first.ledger.transferFund(providerOf(low), 'inference', '1')
  await using second = await brokerOf(low)
  expect(second.transactions()).toEqual(first.transactions())
  expect((await second.position()).block.number).toBeGreaterThanOrEqual(receipt.blockNumber)
})

test('a broker that opens while the last one closes waits for the journal, and sends', async () => {
  const low = await alone()
  const first = await brokerOf(low)
  const [second] = await Promise.all([brokerOf(low), first.close()])
  const third = second.close().then(() => brokerOf(low))
  const broker = await third
  expect(broker.refusal()).toBeNull()
  expect(await broker.inference.ensureFunded(providerOf(low), REQUIRED)).toMatchObject({ success: true })
  await broker.close()
})

test('brokers that are given the same journal in memory share it; with journals of their own they do not', async () => {
  const low = await alone()
  const journal = memoryJournal()
  const [one, two, other] = await Promise.all([
    brokerOf(low, { journal }),
    brokerOf(low, { journal }),
    brokerOf(low, { journal: memoryJournal() }),
  ])
  await one.ledger.transferFund(providerOf(low), 'inference', '1')
  expect([one, two, other].map((broker) => broker.transactions().length)).toEqual([1, 1, 0])
  await one.close()
  expect(await two.ledger.transferFund(providerOf(low), 'inference', '0.5')).toMatchObject({ success: true })
  await Promise.all([two.close(), other.close()])
})

test('a broker of the same wallet that would need another lane is refused, and says why', async () => {
  const low = await alone()
  const folder = mkdtempSync(join(tmpdir(), 'og-ledger-'))
  await using first = await brokerOf(low, { maxFeePerGas: 10n ** 12n })
  const refusalOf = (options: Options) => brokerOf(low, options).then(String, (error: unknown) => error)
  const journal = await openFileJournal({ chainId: 31337n, wallet: low.wallet.address, path: join(folder, 'wallet') })

  const cheaper = await refusalOf({ maxFeePerGas: 10n ** 11n })
  expect(cheaper).toBeInstanceOf(InvalidInputError)
  expect(cheaper).toMatchObject({ facts: { maxFeePerGas: '100000000000 wei', other: '1000000000000 wei' } })
  const elsewhere = await refusalOf({ maxFeePerGas: 10n ** 12n, journal })
  expect(elsewhere).toBeInstanceOf(InvalidInputError)
  expect(elsewhere).toMatchObject({ facts: { journal: join(folder, 'wallet') } })
  await chain.provider.send('anvil_impersonateAccount', [low.wallet.address])
  const signer = new JsonRpcSigner(connect(chain.anvil.url), low.wallet.address)
  await expect(createBroker({ signer, network: chain.network, maxFeePerGas: 10n ** 12n })).rejects.toThrow(
    'signs for this wallet in another way',
  )

  expect(first.refusal()).toBeNull()
  rmSync(folder, { recursive: true })
})

test('the end of a closing reaches the callers of every broker of the wallet', async () => {
  const low = await alone()
  await using first = await brokerOf(low, { intervalMs: 100 })
  await using second = await brokerOf(low, { intervalMs: 100 })
  const begun = first.ledger.closeLedger()
  begun.catch(() => undefined)
  await until(() => second.ledger.isClosing)
  const joined = second.ledger.closeLedger()
  joined.catch(() => undefined)
  await until(() => second.ledger.closingStatus() !== null && first.ledger.closingStatus()?.state === 'waiting')
  await first.ledger.cancelClosing()
  await expect(begun).rejects.toThrow(ClosingCancelledError)
  await expect(joined).rejects.toThrow(ClosingCancelledError)

  const again = [first, second].map((broker) => broker.ledger.closeLedger())
  await until(() => second.ledger.closingStatus()?.state === 'waiting')
  await chain.warp(90_000)
  const receipts = await Promise.all(again)
  expect(receipts[0]).toEqual(receipts[1])
  expect((await first.position()).ledger).toBeNull()
})
