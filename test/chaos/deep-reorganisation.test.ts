import { parseUnits } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBroker, memoryJournal, type Broker, type Journal } from '../../src/index.ts'
import { localChain, type LocalChain } from '../support/chain.ts'
import { EXACT } from '../support/exact.ts'
import { lowWallet, outcomeOf, paidOnce, REQUIRED, type LowWallet } from '../support/low-wallet.ts'
import { until } from '../support/until.ts'

let chain: LocalChain

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 2, fineTuningProviders: 0 })
  await chain.setAutomine(false)
})
afterAll(() => chain[Symbol.asyncDispose]())

async function funding(low: LowWallet, journal: Journal): Promise<Broker> {
  const broker = await createBroker({ signer: low.wallet, network: chain.network, journal })
  for (const provider of low.needed.keys()) broker.inference.startAutoFunding(provider, { ...EXACT, intervalMs: 100 })
  return broker
}

const states = (broker: Broker) => broker.transactions().map((actor) => actor.getSnapshot().value)
const isWatching = (broker: Broker) => broker.inference.autoFundingStatus().every(({ state }) => state === 'watching')

test.each([
  { depth: 13, restarts: false, foreign: 0 },
  { depth: 64, restarts: false, foreign: 0 },
  { depth: 30, restarts: true, foreign: 0 },
  { depth: 30, restarts: false, foreign: 1 },
])(
  'a reorganisation of $depth blocks takes back top-ups that were final, and they are paid once (restart: $restarts, transactions of another program: $foreign)',
  async ({ depth, restarts, foreign }) => {
    await chain.setAutomine(true)
    const low = await lowWallet(chain, chain.inference)
    await chain.setAutomine(false)
    const journal = memoryJournal()
    let broker = await funding(low, journal)
    await until(() => states(broker).length === 2)
    let mined = 0
    await until(async () => {
      await chain.mine()
      return (mined += 1) >= depth
    })
    await until(() => states(broker).every((state) => state === 'mined') && isWatching(broker))
    if (restarts) await broker.close()
    await chain.provider.send('anvil_reorg', [depth, []])
    if (foreign > 0) await sendElsewhere(low)
    await chain.mine(2)
    if (restarts) broker = await funding(low, journal)
    await until(async () => {
      await chain.warp(2)
      const { balances } = await outcomeOf(chain, low)
      return Object.values(balances).every((balance) => balance >= REQUIRED) && isWatching(broker)
    })
    await broker.close()
    await chain.mine(20)

    const once = paidOnce(low)
    expect(await outcomeOf(chain, low)).toEqual({ ...once, mined: once.mined + foreign })
  },
)

/** Another program takes the nonce of the first top-up in the new branch. */
async function sendElsewhere({ wallet, nonce }: LowWallet): Promise<void> {
  const fees = { maxFeePerGas: parseUnits('100', 'gwei'), maxPriorityFeePerGas: parseUnits('50', 'gwei') }
  await wallet.sendTransaction({ to: wallet.address, nonce, gasLimit: 21_000, ...fees })
}
