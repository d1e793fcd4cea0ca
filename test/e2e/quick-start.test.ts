import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type * as OgLedger from '../../src/index.ts'
import { ogToWei, type Broker, type NetworkConfig } from '../../src/index.ts'
import { localChain, type LocalChain } from '../support/chain.ts'
import { until } from '../support/until.ts'

const run = vi.hoisted((): { network?: NetworkConfig; broker?: Broker } => ({}))

/** The program is the README's, word for word: only the network is another one, since no id names a local chain. */
vi.mock('og-ledger', async (original) => {
  const real = await original<typeof OgLedger>()
  return {
    ...real,
    async createBroker(options: OgLedger.BrokerOptions) {
      run.broker = await real.createBroker({ ...options, ...(run.network && { network: run.network }) })
      return run.broker
    },
  }
})

let chain: LocalChain

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
})
afterAll(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await run.broker?.close()
  await chain[Symbol.asyncDispose]()
})

test('the program of the README opens a ledger and keeps the sub-account funded', async () => {
  const [provider] = chain.inference
  vi.stubEnv('PRIVATE_KEY', chain.wallets[0]?.privateKey)
  vi.stubEnv('OG_RPC_URL', chain.anvil.url)
  vi.stubEnv('PROVIDER', provider?.address)
  run.network = chain.network
  const tables = vi.spyOn(console, 'table').mockReturnValue()

  // It runs until its broker is closed.
  const program = import('../../examples/quick-start.ts')
  await until(() => tables.mock.calls.some(([decisions]) => reasonIn(decisions) === 'sufficient'))

  const { ledger, subAccounts } = await (run.broker as Broker).position()
  expect(ledger?.available).toBe(ogToWei('7'))
  expect(subAccounts.map((one) => [one.provider, one.available])).toEqual([[provider?.address, ogToWei('3')]])
  await run.broker?.close()
  await program
})

const reasonIn = (decisions: unknown): unknown => (decisions as { reason?: string }[])[0]?.reason
