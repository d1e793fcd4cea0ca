import { parseEther as og, type Wallet } from 'ethers'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { gasPaid } from '../../support/crowd.ts'
import { chaosRuns } from '../../support/runs.ts'

const LOCK = 3_600
/** Readings after which a process that has nothing more to do is taken to have outlived its moment. */
const QUIET_READINGS = 10

/** Every moment of a request and of a claim at which the end of the process could lose or repeat a step, in their order. */
const moments =
  'before-claiming after-claiming before-prepared after-prepared in-broadcast before-mined after-mined before-prepared after-prepared '
    .concat('after-broadcast before-mined after-mined before-claiming-ended after-claiming-ended')
    .split(' ')

let chain: LocalChain
let restore: () => Promise<void>
let folder: string
let wallet: Wallet, alice: LocalProvider

beforeAll(async () => {
  chain = await localChain({ lockTime: LOCK, inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
  ;[wallet] = chain.wallets as [Wallet]
  ;[alice] = chain.inference as [LocalProvider]
  const { ledger } = chain.contracts
  await transact(wallet, [
    callOf(ledger, 'addLedger', [''], og('20')),
    callOf(ledger, 'transferFund', [alice.address, 'inference-v1.0', og('3')]),
  ])
  await later(2 * LOCK)
  restore = await chain.snapshot()
  folder = await mkdtemp(join(tmpdir(), 'og-ledger-reclaim-'))
})
afterEach(() => restore())
afterAll(async () => {
  await chain[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

test.each(chaosRuns(1))(
  'killed at every step between the request for idle money and its claim, the money is home once (seed $seed)',
  { timeout: 300_000 },
  async ({ seed }) => {
    const journal = join(folder, `${seed}.journal`)
    const earlier = (await gasPaid(chain, wallet.address)).transactions.length
    const asked = { ledger: og('17'), free: og('1.2'), pending: og('1.8') }
    const home = { ledger: og('18.8'), free: og('1.2'), pending: 0n }

    const deathsBefore = await live(journal, asked)
    expect(await standing()).toEqual(asked)
    await later(LOCK)
    const deathsAfter = await live(journal, home)
    expect(await standing()).toEqual(home)

    const { transactions } = await gasPaid(chain, wallet.address)
    // What is kept is put back after the request, and after the claim, which asks for it once more.
    expect(transactions.slice(earlier)).toEqual(['retrieveFund', 'transferFund', 'retrieveFund', 'transferFund'])
    expect([deathsBefore, deathsAfter]).toEqual([moments, moments])
  },
)

/** Lets one process after the other live until its moment, and the last one until the chain is as expected. */
async function live(journal: string, expected: Standing): Promise<string[]> {
  const deaths: string[] = []
  for (const crashAt of moments) if (await dies(journal, crashAt, expected)) deaths.push(crashAt)
  await dies(journal, null, expected)
  return deaths
}

/** @returns whether the process killed itself; one that has nothing more to do is killed here */
async function dies(journal: string, crashAt: string | null, expected: Standing): Promise<boolean> {
  const child = keeper(journal, crashAt)
  const exit = once(child, 'exit')
  if (!child.stdout) throw new Error('The process has no output.')
  let quiet = 0
  for await (const line of createInterface(child.stdout)) {
    expect(line).toMatch(/^(idle|use-unread|in-flight|refund-pending|sufficient)\//)
    if (quiet > 0 || (await isLike(expected))) quiet += 1
    if (quiet > QUIET_READINGS) child.kill('SIGKILL')
  }
  await exit
  return quiet <= QUIET_READINGS
}

type Standing = { ledger: bigint; free: bigint; pending: bigint }

const isLike = async (expected: Standing): Promise<boolean> => {
  const { ledger, free, pending } = await standing()
  return ledger === expected.ledger && free === expected.free && pending === expected.pending
}

async function standing(): Promise<Standing> {
  const { ledger, inference } = chain.contracts
  const [{ availableBalance }, { balance, pendingRefund }] = (await Promise.all([
    ledger.getFunction('getLedger').staticCall(wallet.address),
    inference.getFunction('getAccount').staticCall(wallet.address, alice.address),
  ])) as [Record<'availableBalance', bigint>, Record<'balance' | 'pendingRefund', bigint>]
  return { ledger: availableBalance, free: balance - pendingRefund, pending: pendingRefund }
}

/** Time passes, and the chain goes on: the block time is judged by the latest blocks. */
async function later(seconds: number): Promise<void> {
  await chain.warp(seconds)
  await chain.mine(30)
}

function keeper(journal: string, crashAt: string | null): ChildProcess {
  const { chainId, ledger, inference } = chain.network
  const options = {
    rpcUrl: chain.anvil.url,
    network: { chainId: Number(chainId), ledger, inference },
    key: wallet.privateKey,
    providers: [alice.address],
    terms: { reclaimIdle: { after: '2h', keep: '1.2', when: 'always' } },
    journal,
    crashAt,
  }
  return spawn(process.execPath, [join(import.meta.dirname, '../../support/crashing-keeper.mjs')], {
    env: { ...process.env, KEEPER: JSON.stringify(options) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}
