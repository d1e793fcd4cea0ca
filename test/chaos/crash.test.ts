import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { localChain, type LocalChain } from '../support/chain.ts'
import { lowWallet, outcomeOf, paidOnce, type LowWallet } from '../support/low-wallet.ts'
import { chaosRuns } from '../support/runs.ts'

/** Every moment at which the end of the process could lose or repeat a payment. */
const moments = [
  'before-prepared',
  'after-prepared',
  'in-broadcast',
  'after-broadcast',
  'before-mined',
  'after-mined',
  'before-rename',
  'after-rename',
] as const

/** Exit code and signal; Windows has no signals, and ends the process with code 1. */
const KILLED = process.platform === 'win32' ? [1, null] : [null, 'SIGKILL']

const runs = chaosRuns(moments.length)

let chain: LocalChain
let folder: string

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 2, fineTuningProviders: 0 })
  await chain.provider.send('anvil_setBlockTimestampInterval', [10])
  folder = await mkdtemp(join(tmpdir(), 'og-ledger-crash-'))
})
afterAll(async () => {
  await chain[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

test.each(runs)('killed at a chosen moment, each deficit is paid once (seed $seed)', async ({ seed, random }) => {
  const crashAt = moments[seed % moments.length]
  await chain.setAutomine(true)
  const low = await lowWallet(chain, chain.inference)
  await chain.setAutomine(false)
  const journal = join(folder, `${seed}.journal`)

  // No block comes before the first process is killed, unless that process is killed at a receipt.
  const first = keeper(low, journal, crashAt)
  const dead = once(first, 'exit')
  const mining = setInterval(() => void chain.mine(), 100 + Math.floor(random() * 300))
  if (!(crashAt ?? '').endsWith('-mined')) clearInterval(mining)
  expect(await dead).toEqual(KILLED)
  clearInterval(mining)

  // The second process makes its first plan before the transactions of the first one are mined.
  const second = keeper(low, journal, null)
  const plans = plansOf(second)
  await plans.next()
  const minedLater = setInterval(() => void chain.mine(), 100 + Math.floor(random() * 300))
  for await (const plan of plans) if (plan === 'sufficient,sufficient') break
  clearInterval(minedLater)
  second.kill('SIGKILL')
  await once(second, 'exit')
  await chain.mine()

  expect(await outcomeOf(chain, low), `${crashAt}, seed ${seed}`).toEqual(paidOnce(low))
})

function keeper(low: LowWallet, journal: string, crashAt: string | null | undefined): ChildProcess {
  const { chainId, ledger, inference, fineTuning } = chain.network
  const options = {
    rpcUrl: chain.anvil.url,
    network: { chainId: Number(chainId), ledger, inference, fineTuning },
    key: low.wallet.privateKey,
    providers: [...low.needed.keys()],
    journal,
    crashAt,
  }
  return spawn(process.execPath, [join(import.meta.dirname, '../support/crashing-keeper.mjs')], {
    env: { ...process.env, KEEPER: JSON.stringify(options) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** The lines that a process prints for its plans. */
async function* plansOf(child: ChildProcess): AsyncGenerator<string, void> {
  if (!child.stdout) throw new Error('The process has no output.')
  yield* createInterface(child.stdout)
  throw new Error('The process ended before it was killed.')
}
