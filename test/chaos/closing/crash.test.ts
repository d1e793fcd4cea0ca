import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createBroker, memoryJournal, type ClosingPlan, type ClosingStatus } from '../../../src/index.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { crowd, gasPaid } from '../../support/crowd.ts'
import { chaosRuns } from '../../support/runs.ts'

const LOCK = 3_600

/** Every moment at which the end of the process could lose or repeat a step: one half in one run, the other in the next. */
const moments = [
  ['before-prepared', 'after-broadcast', 'after-mined'],
  ['after-prepared', 'in-broadcast', 'before-mined'],
] as const

let chain: LocalChain
let restore: () => Promise<void>
let folder: string
let wallet: Wallet
let settled: bigint
let before: bigint

beforeAll(async () => {
  chain = await localChain({ lockTime: LOCK, wallets: 1 })
  ;[wallet] = chain.wallets as [Wallet]
  before = await chain.provider.getBalance(wallet.address)
  await chain.provider.send('anvil_setBlockTimestampInterval', [1])
  settled = await crowd(chain, wallet)
  restore = await chain.snapshot()
  folder = await mkdtemp(join(tmpdir(), 'og-ledger-closing-'))
})
afterEach(() => restore())
afterAll(async () => {
  await chain[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

test.each(chaosRuns(1))(
  'killed at every step, 45 sub-accounts come home to the last wei, each step once (seed $seed)',
  { timeout: 240_000 },
  async ({ seed }) => {
    const journal = join(folder, `${seed}.journal`)
    const planned = await planOf()
    const earlier = (await gasPaid(chain, wallet.address)).transactions.length
    const half = moments[(seed - 1) % 2] ?? moments[0]
    const deaths: string[] = []

    await dies({ journal, crashAt: 'before-closing', begins: true })
    await dies({ journal, crashAt: 'after-closing', begins: true })
    // The following processes do not ask for the closing: each takes it over from the journal.
    for (let child = 0, isOver = false; !isOver; child += 1) {
      const crashAt = half[child % half.length] ?? 'after-mined'
      isOver = await watches({ journal, crashAt })
      if (!isOver) deaths.push(crashAt)
    }

    const gas = await gasPaid(chain, wallet.address)
    expect((await chain.provider.getBalance(wallet.address)) + gas.wei).toBe(before - settled)
    const [first, ...rest] = gas.transactions.slice(earlier)
    expect([first, rest.at(-1), new Set(rest.slice(0, -1))]).toEqual([
      'revokeAllTokens',
      'refund',
      new Set(['retrieveFund']),
    ])
    // A later process claims refunds together that unlock within seconds of each other.
    expect(rest.length).toBeLessThan(planned.transactions)
    expect(deaths.length).toBeGreaterThan(rest.length)
  },
)

type Closer = { journal: string; crashAt: string; begins?: boolean }

async function dies(options: Closer): Promise<void> {
  const child = closer(options)
  child.stdout?.resume()
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
}

/** @returns whether the process saw the end and ended by itself. A process that has to wait is killed too, and time passes. */
async function watches(options: Closer): Promise<boolean> {
  const child = closer(options)
  const exit = once(child, 'exit')
  if (!child.stdout) throw new Error('The process has no output.')
  let until = 0
  for await (const line of createInterface(child.stdout)) {
    const { status } = JSON.parse(line) as { status: ClosingStatus | null }
    if (status?.state !== 'waiting' || until > 0) continue
    until = status.until ?? 0
    child.kill('SIGKILL')
  }
  const [code] = (await exit) as [number | null]
  if (until > 0) await mineAt(until)
  return code === 0
}

async function mineAt(timestamp: number): Promise<void> {
  await chain.provider.send('evm_setNextBlockTimestamp', [timestamp])
  await chain.mine()
  // A broker judges the block time by the latest blocks.
  await chain.mine(20)
}

function closer({ journal, crashAt, begins = false }: Closer): ChildProcess {
  const { chainId, ledger, inference, fineTuning } = chain.network
  const options = {
    rpcUrl: chain.anvil.url,
    network: { chainId: Number(chainId), ledger, inference, fineTuning },
    key: wallet.privateKey,
    journal,
    crashAt,
    begins,
  }
  return spawn(process.execPath, [join(import.meta.dirname, '../../support/crashing-closer.mjs')], {
    env: { ...process.env, CLOSER: JSON.stringify(options) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

async function planOf(): Promise<ClosingPlan> {
  await using broker = await createBroker({ signer: wallet, network: chain.network, journal: memoryJournal() })
  return await broker.ledger.closingPlan()
}
