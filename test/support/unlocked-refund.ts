import { parseEther as og, type Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { createBroker, type Broker, type Journal } from '../../src/index.ts'
import type { LocalProvider } from '../../src/local/providers.ts'
import { callOf, transact } from '../../src/local/transact.ts'
import { connect, localChain, type LocalChain } from './chain.ts'
import { startProxy, type Proxy } from './proxy.ts'

/** Seconds that a refund is locked. */
const LOCK = 3600

/** A wallet whose sub-account has 2 OG free and a refund of 1 OG that is unlocked: the same for each test of a file. */
export function useUnlockedRefund() {
  let chain: LocalChain, proxy: Proxy
  let restore: () => Promise<void>
  let user: Wallet, provider: LocalProvider
  const brokers: Broker[] = []
  const faults: (() => void)[] = []

  const transfer = (amount: string) =>
    callOf(chain.contracts.ledger, 'transferFund', [provider.address, 'inference-v1.0', og(amount)])
  const retrieve = () => callOf(chain.contracts.ledger, 'retrieveFund', [[provider.address], 'inference-v1.0'])

  beforeAll(async () => {
    chain = await localChain({ lockTime: LOCK, inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
    proxy = await startProxy(chain.anvil.url)
    ;[user] = chain.wallets as [Wallet]
    ;[provider] = chain.inference as [LocalProvider]
    await transact(user, [callOf(chain.contracts.ledger, 'addLedger', [''], og('100')), transfer('3'), retrieve()])
    await chain.warp(LOCK)
    await transact(user, [transfer('2')]) // takes as much from the refund: 1 is left of it, and unlocked
    await chain.mine(30)
    restore = await chain.snapshot()
  })
  afterEach(async () => {
    for (const heal of faults.splice(0)) heal()
    await Promise.all(brokers.splice(0).map((broker) => broker.close()))
    await restore()
  })
  afterAll(async () => {
    await proxy.stop()
    await chain[Symbol.asyncDispose]()
  })

  return {
    /** What stands once the refund is claimed, and what was free is put back. */
    claimed: { ledger: og('98'), free: og('2'), pending: 0n },
    brokers,
    /** What ends each fault of the proxy: called after the test. */
    faults,
    get chain() {
      return chain
    },
    /** Between the brokers and the node. */
    get proxy() {
      return proxy
    },
    get user() {
      return user
    },
    get provider() {
      return provider
    },
    async open(journal: Journal, { intervalMs = 60_000 } = {}): Promise<Broker> {
      const signer = user.connect(connect(proxy.url))
      const broker = await createBroker({ signer, network: chain.network, intervalMs, journal })
      brokers.push(broker)
      return broker
    },
    async standing(broker: Broker) {
      const { ledger, subAccounts } = await broker.position()
      const [account] = subAccounts
      return { ledger: ledger?.available, free: account?.available, pending: account?.pendingRefund }
    },
    transfer,
    retrieve,
  }
}
