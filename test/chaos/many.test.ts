import { Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBroker, memoryJournal } from '../../src/index.ts'
import { connect, localChain, type LocalChain } from '../support/chain.ts'
import { lowWallet, outcomeOf, paidOnce } from '../support/low-wallet.ts'
import { startProxy, type Proxy } from '../support/proxy.ts'
import { until } from '../support/until.ts'
import { EXACT } from '../support/exact.ts'

let chain: LocalChain
let proxy: Proxy

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 50, fineTuningProviders: 0 })
  proxy = await startProxy(chain.anvil.url)
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

test.each([10, 50])(
  '%i sub-accounts that are low at once are funded within 3 blocks, each by one transaction',
  async (count) => {
    await chain.provider.send('evm_setIntervalMining', [0])
    await chain.setAutomine(true)
    const low = await lowWallet(chain, chain.inference.slice(0, count))
    await chain.setAutomine(false)
    const signer = new Wallet(low.wallet.privateKey, connect(proxy.url))
    await using broker = await createBroker({ signer, network: chain.network, journal: memoryJournal() })
    proxy.reset()
    const before = await chain.provider.getBlockNumber()
    for (const provider of low.needed.keys()) broker.inference.startAutoFunding(provider, { ...EXACT, intervalMs: 100 })
    // Wide enough to sign and broadcast 50 transactions between two blocks on a slow machine.
    await chain.provider.send('evm_setIntervalMining', [2])
    await until(() => broker.inference.autoFundingStatus().every(({ topUps }) => topUps === 1))
    await chain.provider.send('evm_setIntervalMining', [0])

    const funded = broker.inference.autoFundingStatus().map(({ lastTopUp }) => (lastTopUp?.blockNumber ?? 0) - before)
    expect(Math.max(...funded)).toBeLessThanOrEqual(3)
    expect(await outcomeOf(chain, low)).toEqual(paidOnce(low))
    // On a slow machine the tracker may send the same bytes again before their receipt: that is no second transaction.
    const sends = proxy.log.filter(({ method }) => method === 'eth_sendRawTransaction')
    expect(new Set(sends.map(({ params }) => params[0])).size).toBe(count)
  },
)
