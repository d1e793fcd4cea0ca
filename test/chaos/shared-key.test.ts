import { Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBroker, memoryJournal, type Broker } from '../../src/index.ts'
import { connect, type LocalChain } from '../support/chain.ts'
import { startChaosChain, type ChaosChain } from '../support/chaos-chain.ts'
import { lowWallet, outcomeOf, paidOnce, type LowWallet } from '../support/low-wallet.ts'
import type { Proxy } from '../support/proxy.ts'
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
  'beside another program, lost journals, reorganisations and a node that refuses each deficit is paid once (seed $seed)',
  async ({ seed, random }) => {
    await chain.setAutomine(true)
    const low = await lowWallet(chain, chain.inference)
    await chain.setAutomine(false)
    // No reorganisation takes back what the wallet and its providers did before.
    await chain.mine(5)
    let replaces = true
    const signer = new Wallet(low.wallet.privateKey, connect(proxy.url))
    const healed = proxy.fault(({ method }) =>
      method === 'eth_sendRawTransaction' && random() < 0.3
        ? {
            kind: random() < 0.5 ? 'refuse' : 'rpc',
            code: -32_000,
            message: 'insufficient funds for gas * price + value',
          }
        : undefined,
    )
    const mining = setInterval(
      () => void (replaces && random() < 0.05 ? replace(random) : chain.mine()),
      50 + Math.floor(random() * 150),
    )
    const foreign = setInterval(() => void sendForeign(low), 400 + Math.floor(random() * 600))
    let broker = await begin(signer, low)
    try {
      for (let process = 0; process < 3; process += 1) {
        proxy.reset()
        await until(() => proxy.log.length > 60)
        // The journal goes with the process: what is in the pool is known to no journal.
        if (random() < 0.7) {
          await broker.close()
          broker = await begin(signer, low)
        }
      }
      clearInterval(foreign)
      replaces = false
      healed()
      const isCalm = () => broker.inference.autoFundingStatus().every(({ reason }) => reason === 'sufficient')
      await until(async () => isCalm() && (await outcomeOf(chain, low)).waiting === 0)
      clearInterval(mining)
      await chain.mine()
      const { mined: _, ...expected } = paidOnce(low)
      expect(await outcomeOf(chain, low), `seed ${seed}`).toMatchObject(expected)
      expect(broker.transactions().filter((one) => one.getSnapshot().hasTag('open'))).toEqual([])
    } finally {
      clearInterval(foreign)
      clearInterval(mining)
      await broker.close()
    }
  },
)

async function begin(signer: Wallet, low: LowWallet): Promise<Broker> {
  const broker = await createBroker({ signer, network: chain.network, journal: memoryJournal(), intervalMs: 100 })
  for (const provider of low.needed.keys()) broker.inference.startAutoFunding(provider, { ...EXACT, intervalMs: 100 })
  return broker
}

/** Replaces the last blocks by empty ones; the node forgets their transactions. */
async function replace(random: () => number): Promise<void> {
  await chain.provider.send('anvil_reorg', [1 + Math.floor(random() * 2), []])
}

/** Another program with the key sends a transfer of nothing. It waits in the pool, and a reorganisation may take it back. */
async function sendForeign({ wallet }: LowWallet): Promise<void> {
  await wallet.sendTransaction({ to: wallet.address, gasLimit: 21_000n }).catch(() => undefined)
}
