import { Wallet, type TransactionRequest } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBroker, memoryJournal } from '../../src/index.ts'
import { connect, type LocalChain } from '../support/chain.ts'
import { startChaosChain, type ChaosChain } from '../support/chaos-chain.ts'
import { lowWallet, outcomeOf, paidOnce } from '../support/low-wallet.ts'
import type { Proxy } from '../support/proxy.ts'
import { randomFaults } from '../support/random-faults.ts'
import { chaosRuns } from '../support/runs.ts'
import { until } from '../support/until.ts'
import { EXACT } from '../support/exact.ts'

const runs = chaosRuns(5)

let world: ChaosChain
let chain: LocalChain, proxy: Proxy

beforeAll(async () => {
  world = await startChaosChain()
  ;({ chain, proxy } = world)
})
afterAll(() => world[Symbol.asyncDispose]())

test.each(runs)(
  'under random faults each deficit is paid once and no nonce stays open (seed $seed)',
  async ({ seed, random }) => {
    await chain.setAutomine(true)
    const low = await lowWallet(chain, chain.inference)
    await chain.setAutomine(false)
    const signer = new HangingWallet(low.wallet.privateKey, connect(proxy.url))
    signer.hangs = () => random() < 0.1
    await using broker = await createBroker({ signer, network: chain.network, journal: memoryJournal() })

    const healed = proxy.fault(randomFaults(random))
    const mining = setInterval(() => void mineOrEvict(chain, random), 50 + Math.floor(random() * 250))
    for (const provider of low.needed.keys()) broker.inference.startAutoFunding(provider, { ...EXACT, intervalMs: 100 })
    await until(() => proxy.log.length > 100)
    healed()
    signer.wake()
    proxy.reset()
    await until(async () => {
      const { waiting, mined } = await outcomeOf(chain, low)
      return mined >= low.needed.size && waiting === 0
    })
    await until(() => broker.inference.autoFundingStatus().every(({ state }) => state === 'watching'))
    clearInterval(mining)
    await chain.mine()

    expect(await outcomeOf(chain, low), `seed ${seed}`).toEqual(paidOnce(low))
  },
)

/** A signer that does not answer some requests until it is woken, as a device does whose owner is away. */
class HangingWallet extends Wallet {
  hangs = (): boolean => false
  wake: () => void = () => undefined
  #awake = new Promise<void>((resolve) => {
    this.wake = () => {
      this.hangs = () => false
      resolve()
    }
  })

  override async signTransaction(transaction: TransactionRequest): Promise<string> {
    if (this.hangs()) await this.#awake
    return super.signTransaction(transaction)
  }
}

/** Mines a block, or none, or drops the node's pool as a node does after a restart. */
async function mineOrEvict({ mine, provider }: LocalChain, random: () => number): Promise<void> {
  // A chain that halts for a while: its blocks come late.
  if (random() < 0.2) return
  if (random() < 0.1) await provider.send('anvil_dropAllTransactions', [])
  else await mine()
}
