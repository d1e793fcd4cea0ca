import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type * as OgLedger from '../../src/index.ts'
import type { NetworkConfig } from '../../src/index.ts'
import { localChain, type LocalChain } from '../support/chain.ts'

const run = vi.hoisted((): { network?: NetworkConfig } => ({}))

/** Only the network of the example is another one, since no id names a local chain. */
vi.mock('og-ledger', async (original) => {
  const real = await original<typeof OgLedger>()
  return {
    ...real,
    createBroker: (options: OgLedger.BrokerOptions) =>
      real.createBroker({ ...options, ...(run.network && { network: run.network }) }),
  }
})

let chain: LocalChain

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
})
afterAll(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await chain[Symbol.asyncDispose]()
})

test('the example for viem opens a ledger and funds a provider', async () => {
  vi.stubEnv('PRIVATE_KEY', chain.wallets[0]?.privateKey)
  vi.stubEnv('OG_RPC_URL', chain.anvil.url)
  vi.stubEnv('PROVIDER', chain.inference[0]?.address)
  run.network = chain.network
  const lines = vi.spyOn(console, 'log').mockReturnValue()
  await import('../../examples/viem.ts')
  expect(lines.mock.calls).toEqual([[expect.stringMatching(/^sent in block \d+$/)], ['8 OG are left in the ledger']])
})
