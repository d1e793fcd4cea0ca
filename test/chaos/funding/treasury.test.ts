import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseEther as og, Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { until } from '../../support/until.ts'

/** Every moment at which the end of the process could lose or repeat a deposit of the treasury. */
const moments = [
  'before-prepared',
  'after-prepared',
  'in-broadcast',
  'after-broadcast',
  'before-mined',
  'after-mined',
] as const

/** Exit code and signal; Windows has no signals, and ends the process with code 1. */
const KILLED = process.platform === 'win32' ? [1, null] : [null, 'SIGKILL']

let chain: LocalChain
let folder: string

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0 })
  folder = await mkdtemp(join(tmpdir(), 'og-ledger-treasury-'))
})
afterAll(async () => {
  await chain[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

test.each(moments)('killed %s, a treasury deposits once', async (crashAt) => {
  const [hot, treasury] = [Wallet.createRandom(), Wallet.createRandom()]
  for (const { address } of [hot, treasury])
    await chain.provider.send('anvil_setBalance', [address, `0x${og('50').toString(16)}`])
  const run = (at: string | null) => keeper({ key: hot.privateKey, treasury: treasury.privateKey, crashAt: at })

  // No block comes before the first process is killed, unless that process is killed at a receipt.
  await chain.setAutomine(crashAt.endsWith('-mined'))
  const first = run(crashAt)
  expect(await once(first, 'exit')).toEqual(KILLED)

  // The second process makes its first plan before the deposit of the first one is mined.
  const second = run(null)
  const plans = plansOf(second)
  await plans.next()
  await chain.mine()
  await chain.setAutomine(true)
  await chain.mine()
  for await (const plan of plans) if (plan === 'sufficient') break
  second.kill('SIGKILL')
  await once(second, 'exit')

  const { ledger } = chain.contracts
  const [, available] = (await ledger.getFunction('getLedger')(hot.address)) as [string, bigint]
  const left = await chain.provider.getBalance(treasury.address)
  expect([available, await chain.provider.getBalance(hot.address)]).toEqual([og('20'), og('50')])
  expect([left <= og('30'), left > og('29.9'), await chain.provider.getTransactionCount(treasury.address)]).toEqual([
    true,
    true,
    1,
  ])
})

test.each(['runs on', 'was killed'])(
  'a reorganisation that removes a deposit of a treasury is noticed where the process %s, and it is paid once',
  async (process) => {
    const [hot, treasury] = [Wallet.createRandom(), Wallet.createRandom()]
    for (const { address } of [hot, treasury])
      await chain.provider.send('anvil_setBalance', [address, `0x${og('50').toString(16)}`])
    const run = (at: string | null) => keeper({ key: hot.privateKey, treasury: treasury.privateKey, crashAt: at })
    const nonce = () => chain.provider.getTransactionCount(treasury.address)

    await chain.setAutomine(true)
    const first = run(process === 'runs on' ? null : 'after-mined')
    const before = linesOf(first)
    await (process === 'runs on' ? until(() => before.includes('sufficient')) : once(first, 'exit'))
    await chain.setAutomine(false)
    await chain.provider.send('anvil_reorg', [1, []])
    expect(await nonce()).toBe(0)

    const last = process === 'runs on' ? first : run(null)
    const after = process === 'runs on' ? before : linesOf(last)
    await until(async () => {
      await chain.mine()
      return (await nonce()) > 0
    })
    await chain.setAutomine(true)
    // Plans after it would pay once more, had the process forgotten the deposit.
    const many = after.length
    await until(async () => {
      await chain.mine()
      return after.slice(many).filter((line) => line === 'sufficient').length >= 3
    })
    last.kill('SIGKILL')
    await once(last, 'exit')
    const { ledger } = chain.contracts
    const [, available] = (await ledger.getFunction('getLedger')(hot.address)) as [string, bigint]
    expect([available, await chain.provider.getBalance(hot.address), await nonce()]).toEqual([og('20'), og('50'), 1])
  },
)

function keeper(keys: { key: string; treasury: string; crashAt: string | null }): ChildProcess {
  const { chainId, ledger, inference, fineTuning } = chain.network
  const options = {
    ...keys,
    rpcUrl: chain.anvil.url,
    network: { chainId: Number(chainId), ledger, inference, fineTuning },
    journals: { hot: join(folder, `${keys.key}.journal`), treasury: join(folder, `${keys.treasury}.journal`) },
  }
  return spawn(process.execPath, [join(import.meta.dirname, '../../support/crashing-treasury.mjs')], {
    env: { ...process.env, TREASURY: JSON.stringify(options) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** The same lines as a list that grows. */
function linesOf(child: ChildProcess): string[] {
  const lines: string[] = []
  if (child.stdout) createInterface(child.stdout).on('line', (line) => lines.push(line))
  return lines
}

/** The lines that a process prints for its plans. */
async function* plansOf(child: ChildProcess): AsyncGenerator<string, void> {
  if (!child.stdout) throw new Error('The process has no output.')
  yield* createInterface(child.stdout)
  throw new Error('The process ended before it was killed.')
}
