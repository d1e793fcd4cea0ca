import { parseEther, parseUnits } from 'ethers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createBroker, memoryJournal, type Broker } from '../../src/index.ts'
import { localChain, type LocalChain } from '../support/chain.ts'
import { lowWallet, outcomeOf, paidOnce, type LowWallet } from '../support/low-wallet.ts'
import { until } from '../support/until.ts'
import { EXACT } from '../support/exact.ts'

let chain: LocalChain
let reset: () => Promise<void>

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 2, fineTuningProviders: 0 })
  reset = await chain.snapshot()
})
afterEach(async () => {
  await chain.setAutomine(true)
  await reset()
  await chain.provider.send('anvil_setNextBlockBaseFeePerGas', ['0x3b9aca00'])
})
afterAll(() => chain[Symbol.asyncDispose]())

async function funding(low: LowWallet): Promise<Broker> {
  const broker = await createBroker({ signer: low.wallet, network: chain.network, journal: memoryJournal() })
  for (const provider of low.needed.keys()) broker.inference.startAutoFunding(provider, { ...EXACT, intervalMs: 100 })
  return broker
}

const states = (broker: Broker) => broker.transactions().map((actor) => actor.getSnapshot().value)

test('a reorganisation while a top-up settles puts it back to broadcast, and it is paid once', async () => {
  const low = await lowWallet(chain, chain.inference)
  await chain.setAutomine(false)
  await using broker = await funding(low)
  const changes: string[] = []
  broker.transactions$.subscribe((actor) =>
    changes.push(`${actor.getSnapshot().context.nonce} ${JSON.stringify(actor.getSnapshot().value)}`),
  )
  await until(() => states(broker).length === 2)
  await chain.mine()
  await until(() => states(broker).every((state) => state === 'mined'))
  // A reorganisation replaces the block of both top-ups by one without them.
  await chain.provider.send('anvil_reorg', [1, []])
  await chain.mine(2)
  await until(() => changes.filter((line) => line.endsWith('"broadcast"')).length >= 4)
  await until(async () => {
    await chain.mine()
    return states(broker).every((state) => state === 'mined')
  })
  await until(() => broker.inference.autoFundingStatus().every(({ state }) => state === 'watching'))

  expect(await outcomeOf(chain, low)).toEqual(paidOnce(low))
})

test('a transaction whose fee is below the base fee is replaced at the same nonce and mined', async () => {
  const low = await lowWallet(chain, chain.inference.slice(0, 1))
  await chain.setAutomine(false)
  await using broker = await funding(low)
  await until(() => states(broker).join() === 'broadcast')
  const dear = parseUnits('200', 'gwei')
  const mining = setInterval(() => {
    void chain.provider.send('anvil_setNextBlockBaseFeePerGas', [`0x${dear.toString(16)}`]).then(() => chain.mine())
  }, 200)
  await until(() => states(broker).join() === 'mined')
  clearInterval(mining)
  await until(() => broker.inference.autoFundingStatus().every(({ state }) => state === 'watching'))

  const [transaction] = broker.transactions().map((actor) => actor.getSnapshot().context)
  expect(transaction?.hashes.length).toBeGreaterThan(1)
  expect(transaction?.hash).not.toBe(transaction?.hashes[0])
  expect(await outcomeOf(chain, low)).toEqual(paidOnce(low))
})

test('a nonce that another program used is proven lost, and the top-up is sent with a new one', async () => {
  const low = await lowWallet(chain, chain.inference.slice(0, 1))
  await chain.setAutomine(false)
  await using broker = await funding(low)
  await until(() => states(broker).join() === 'broadcast')
  await chain.provider.send('anvil_dropAllTransactions', [])
  // A transaction of the same wallet at the same nonce with a higher fee, so that no node keeps the top-up.
  await low.wallet.sendTransaction({
    to: low.wallet.address,
    nonce: low.nonce,
    gasLimit: 21_000,
    maxFeePerGas: parseUnits('100', 'gwei'),
    maxPriorityFeePerGas: parseUnits('50', 'gwei'),
  })
  // The tracker asks which transaction took the nonce when a receipt is two blocks overdue: blocks follow fast.
  const mining = setInterval(() => void chain.mine(), 100)
  await until(() => states(broker).includes('superseded'))
  clearInterval(mining)
  // A failed top-up rests for 15 s of chain time.
  const passing = setInterval(() => void chain.warp(10), 100)
  await until(() => states(broker).at(-1) === 'mined')
  clearInterval(passing)

  expect(states(broker)).toEqual(['superseded', 'mined'])
  const outcome = await outcomeOf(chain, low)
  expect(outcome.spent).toBe([...low.needed.values()][0])
  expect(outcome).toMatchObject({ mined: 2, waiting: 0 })
})

test('the error of a mined revert names the reason, from a replay at its block', async () => {
  const low = await lowWallet(chain, chain.inference.slice(0, 1))
  await chain.setAutomine(false)
  await using broker = await createBroker({ signer: low.wallet, network: chain.network, journal: memoryJournal() })
  // The ledger holds enough for each of the two, but not for both.
  const [provider] = low.needed.keys()
  const all = broker.ledger.transferFund(provider ?? '', 'inference', parseEther('490'))
  const late = broker.ledger.transferFund(provider ?? '', 'inference', parseEther('480'))
  late.catch(() => undefined)
  await until(() => states(broker).join() === 'broadcast,broadcast')
  await chain.mine()

  expect(await all).toMatchObject({ status: 1, success: true })
  await expect(late).rejects.toMatchObject({
    name: 'TransactionRevertedError',
    operation: 'transferFund',
    errorName: 'InsufficientAvailableBalance',
    errorArgs: { required: parseEther('480') },
    retryable: false,
  })
})
