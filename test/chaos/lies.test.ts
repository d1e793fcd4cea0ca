import { Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBroker, memoryJournal } from '../../src/index.ts'
import { connect, type LocalChain } from '../support/chain.ts'
import { startChaosChain, type ChaosChain } from '../support/chaos-chain.ts'
import { lowWallet, outcomeOf, paidOnce } from '../support/low-wallet.ts'
import type { Proxy } from '../support/proxy.ts'
import { randomLies } from '../support/random-lies.ts'
import { chaosRuns } from '../support/runs.ts'
import { until } from '../support/until.ts'
import { EXACT } from '../support/exact.ts'

const runs = chaosRuns(4)

let world: ChaosChain
let chain: LocalChain, proxy: Proxy

beforeAll(async () => {
  world = await startChaosChain()
  ;({ chain, proxy } = world)
})
afterAll(() => world[Symbol.asyncDispose]())

test.each(runs)(
  'after lies of its node a broker pays each deficit once and waits for nothing (seed $seed)',
  async ({ seed, random }) => {
    await chain.setAutomine(true)
    const low = await lowWallet(chain, chain.inference)
    await chain.setAutomine(false)
    const signer = new Wallet(low.wallet.privateKey, connect(proxy.url))
    const journal = memoryJournal()
    const open = () => createBroker({ signer, network: chain.network, journal, intervalMs: 100 })
    await using first = await open()
    const healed = proxy.fault(randomLies(random))
    const mining = setInterval(() => void chain.mine(), 50 + Math.floor(random() * 200))
    for (const provider of low.needed.keys()) first.inference.startAutoFunding(provider, { ...EXACT, intervalMs: 100 })
    await until(() => proxy.log.length > 150)
    healed()
    proxy.reset()
    const isCalm = () => first.inference.autoFundingStatus().every(({ reason }) => reason === 'sufficient')
    await until(async () => isCalm() && (await outcomeOf(chain, low)).waiting === 0)
    clearInterval(mining)
    await chain.mine()
    const { mined: _, ...expected } = paidOnce(low)
    expect(await outcomeOf(chain, low), `seed ${seed}`).toMatchObject(expected)
    expect(first.transactions().filter((one) => one.getSnapshot().hasTag('open'))).toEqual([])
    expect(first.positions$.status).toMatchObject({ failures: 0, error: null })
  },
)
