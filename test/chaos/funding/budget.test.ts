import { parseEther, Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBroker, memoryJournal } from '../../../src/index.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { lowWallet, outcomeOf } from '../../support/low-wallet.ts'
import { startProxy, type Proxy } from '../../support/proxy.ts'
import { randomFaults } from '../../support/random-faults.ts'
import { chaosRuns } from '../../support/runs.ts'
import { until } from '../../support/until.ts'
import { EXACT } from '../../support/exact.ts'

let chain: LocalChain
let proxy: Proxy

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 4, fineTuningProviders: 0 })
  await chain.provider.send('anvil_setBlockTimestampInterval', [2])
  proxy = await startProxy(chain.anvil.url)
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

test.each(chaosRuns(3))(
  'under random faults and restarts the budget of the window is spent and never exceeded (seed $seed)',
  async ({ seed, random }) => {
    await chain.setAutomine(true)
    const low = await lowWallet(chain, chain.inference)
    await chain.setAutomine(false)
    // Each of four accounts lacks 1.5 OG.
    const budget = { amount: parseEther('1') + BigInt(Math.floor(random() * 4e18)), per: '31d' } as const
    const { records, append } = memoryJournal()
    const signer = new Wallet(low.wallet.privateKey, connect(proxy.url))
    const opened = async () => {
      const journal = { ...memoryJournal(), load: () => Promise.resolve([...records]), append }
      const broker = await createBroker({ signer, network: chain.network, journal, budget })
      for (const provider of low.needed.keys())
        broker.inference.startAutoFunding(provider, { ...EXACT, intervalMs: 100, maxTopUp: '0.6' })
      return broker
    }
    const mining = setInterval(() => void chain.mine(), 50 + Math.floor(random() * 250))
    for (let restart = 0; restart < 3; restart += 1) {
      proxy.reset()
      const broker = await opened()
      const healed = proxy.fault(randomFaults(random))
      await until(() => proxy.log.length > 60)
      healed()
      await broker.close()
    }
    const broker = await opened()
    const needed = [...low.needed.values()].reduce((sum, one) => sum + one, 0n)
    const allowed = budget.amount < needed ? budget.amount : needed
    await until(async () => {
      const { spent, waiting } = await outcomeOf(chain, low)
      return waiting === 0 && spent >= allowed
    })
    const block = await chain.provider.getBlockNumber()
    await until(() => (broker.positions$.status.block ?? 0) > block + 3)
    clearInterval(mining)
    await broker.close()

    const { spent } = await outcomeOf(chain, low)
    expect(spent, `seed ${seed}`).toBe(allowed)
  },
)
