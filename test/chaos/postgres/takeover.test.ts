import { setTimeout } from 'node:timers/promises'
import { toQuantity } from 'ethers'
import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { migrate } from 'og-ledger/postgres'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { lowWallet, outcomeOf, paidOnce, type LowWallet } from '../../support/low-wallet.ts'
import { mining } from '../../support/mining.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'
import { chaosRuns } from '../../support/runs.ts'
import { startToldProcess, type ToldProcess } from '../../support/told-process.ts'
import { until } from '../../support/until.ts'

/** Every moment at which a machine that stands still could pay what another one has paid meanwhile. */
const moments = [
  'before-prepared',
  'after-prepared',
  'before-broadcast',
  'after-broadcast',
  'before-mined',
  'after-mined',
  'before-replaced',
  'after-replaced',
] as const

const runs = chaosRuns(moments.length)
const LEASE_MS = 3_000
const CHEAP = 10n ** 9n
const DEAR = 100n * 10n ** 9n

let chain: LocalChain
let postgres: TestPostgres
let pool: Pool
const keepers: ToldProcess[] = []
let stopMining = (): Promise<void> => Promise.resolve()

beforeAll(async () => {
  postgres = await startPostgres()
  pool = postgres.pool()
  await migrate({ pool })
  chain = await localChain({ inferenceProviders: 2, fineTuningProviders: 0 })
})
afterEach(async () => {
  await stopMining()
  await chain.provider.send('anvil_setNextBlockBaseFeePerGas', [toQuantity(CHEAP)])
  await Promise.all(keepers.splice(0).map((keeper) => keeper.kill()))
})
afterAll(async () => {
  await chain[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

test.each(runs)(
  'a machine stands still past its lease, another takes over, and each deficit is paid once (seed $seed)',
  { timeout: 180_000 },
  async ({ seed, random }) => {
    const stopAt = moments[seed % moments.length] ?? 'before-prepared'
    const clockAheadMs = [0, 3_600_000, -3_600_000][Math.floor(random() * 3)] ?? 0
    const wakesEarly = random() < 0.5
    await chain.setAutomine(true)
    const low = await lowWallet(chain, chain.inference)
    await chain.setAutomine(false)

    const first = keeper(low, { holder: 'first', stopAt, clockAheadMs })
    // What failed once, as on a busy machine, is tried again after blocks. No transaction is in the pool then.
    await using passing = mining(chain, () => first.last().includes('backing-off'))
    // A receipt needs blocks, and a replacement blocks without its transaction.
    if (stopAt.endsWith('-replaced')) await until(() => isPooled(low))
    if (stopAt.endsWith('-replaced')) mine({ everyMs: 500, baseFee: DEAR })
    if (stopAt.endsWith('-mined')) mine({ everyMs: 100 + Math.floor(random() * 200), baseFee: CHEAP })
    await first.says(`stopping ${stopAt}`)
    await passing[Symbol.asyncDispose]()
    await stopMining()

    const second = keeper(low, { holder: 'second', stopAt: null, clockAheadMs: 0 })
    await second.says('claimed 2')
    if (wakesEarly) first.resume()
    mine({ everyMs: 100 + Math.floor(random() * 200), baseFee: CHEAP })
    await second.says('plan sufficient,sufficient')
    if (!wakesEarly) first.resume()
    await first.says('lost LeaseLostError')
    // Whatever it still had to send would be in these blocks.
    await second.says('plan sufficient,sufficient', { again: true })
    await stopMining()
    await Promise.all([first.kill(), second.kill()])
    await chain.mine()
    expect(await outcomeOf(chain, low), `${stopAt}, seed ${seed}`).toEqual(paidOnce(low))
  },
)

/** Mines blocks of one base fee until `stopMining`. */
function mine({ everyMs, baseFee }: { everyMs: number; baseFee: bigint }): void {
  const stop = new AbortController()
  const mined = (async () => {
    while (!stop.signal.aborted) {
      await chain.provider.send('anvil_setNextBlockBaseFeePerGas', [toQuantity(baseFee)])
      await chain.mine()
      await setTimeout(everyMs, undefined, { signal: stop.signal }).catch(() => undefined)
    }
  })()
  stopMining = async () => {
    stopMining = () => Promise.resolve()
    stop.abort()
    await mined
  }
}

async function isPooled({ wallet, nonce }: LowWallet): Promise<boolean> {
  return (await chain.provider.getTransactionCount(wallet.address, 'pending')) > nonce
}

function keeper(low: LowWallet, options: { holder: string; stopAt: string | null; clockAheadMs: number }): ToldProcess {
  const { chainId, ledger, inference, fineTuning } = chain.network
  const one = startToldProcess('leasing-keeper.mjs', {
    ...options,
    database: postgres.url,
    rpcUrl: chain.anvil.url,
    network: { chainId: Number(chainId), ledger, inference, fineTuning },
    key: low.wallet.privateKey,
    providers: [...low.needed.keys()],
    leaseMs: LEASE_MS,
  })
  keepers.push(one)
  return one
}
