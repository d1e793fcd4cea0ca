import type { Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createBroker, memoryJournal, type Broker } from '../../../src/index.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { drainedWallet } from '../../support/drained-wallet.ts'
import { lastOf } from '../../support/outcome.ts'
import { startProxy, type Fault, type Proxy } from '../../support/proxy.ts'
import { EXACT } from '../../support/exact.ts'
import { until } from '../../support/until.ts'

let chain: LocalChain
let proxy: Proxy
let signer: Wallet
let broker: Broker
const removals: (() => void)[] = []

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
  proxy = await startProxy(chain.anvil.url)
})
beforeEach(async () => {
  signer = await drainedWallet(chain, proxy.url)
})
afterEach(async () => {
  for (const remove of removals.splice(0)) remove()
  await broker.close()
})
afterAll(async () => {
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

const provider = () => chain.inference[0]?.address ?? ''

async function openFunded(by: Wallet): Promise<void> {
  broker = await createBroker({ signer: by, network: chain.network, journal: memoryJournal(), intervalMs: 500 })
  broker.inference.startAutoFunding(provider(), EXACT)
  expect(await lastOf(reason, (why) => why === 'sufficient')).toBe('sufficient')
}

const reason = () => broker.inference.autoFundingStatus()[0]?.reason

test.for<[name: string, fault: Fault]>([
  ['answers HTTP 503', { kind: 'http', status: 503 }],
  ['breaks every connection', { kind: 'drop' }],
  ['answers as of blocks that are too old', { kind: 'stale', blocks: 20 }],
])(
  'the status of auto-funding says stale-reading while the node %s, and sufficient again afterwards',
  async ([, fault]) => {
    await openFunded(signer)
    if (fault.kind === 'stale') await chain.mine(3)
    await until(() => broker.positions$.status.failures === 0)
    removals.push(proxy.fault(() => fault))
    expect.soft(await lastOf(reason, (why) => why === 'stale-reading')).toBe('stale-reading')
    for (const remove of removals.splice(0)) remove()
    if (fault.kind === 'stale') await chain.mine(3)
    expect(await lastOf(reason, (why) => why === 'sufficient')).toBe('sufficient')
  },
)
