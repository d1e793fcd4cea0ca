import { parseEther as og, Wallet } from 'ethers'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startHttpProvider, type HttpProvider } from '../../src/local/http-provider.ts'
import { callOf, transact } from '../../src/local/transact.ts'
import { testWallet } from '../../src/local/wallets.ts'
import { localChain, type LocalChain } from '../support/chain.ts'
import { chaosRuns } from '../support/runs.ts'

const TRIGGER = og('2')
const LONGEST_LIFE_MS = 600

const runs = chaosRuns(4)

let chain: LocalChain
let provider: HttpProvider
let folder: string

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0 })
  provider = await startHttpProvider(chain.contracts, testWallet(1, chain.provider), { fee: og('0.001') })
  folder = await mkdtemp(join(tmpdir(), 'og-ledger-endpoint-'))
})
afterAll(async () => {
  await provider.stop()
  await chain[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

test.each(runs)(
  'requests of two processes, of which one is killed, are paid once (seed $seed)',
  async ({ seed, random }) => {
    const { ledger } = chain.contracts
    const user = new Wallet(Wallet.createRandom().privateKey, chain.provider)
    await chain.setAutomine(true)
    await chain.provider.send('anvil_setBalance', [user.address, '0x3635c9adc5dea00000'])
    await transact(user, [
      callOf(ledger, 'addLedger', [''], og('50')),
      callOf(ledger, 'transferFund', [provider.address, 'inference-v1.0', og('1') + BigInt(seed)]),
    ])
    const nonce = await user.getNonce()
    await chain.setAutomine(false)
    const mining = setInterval(() => void chain.mine(), 50 + Math.floor(random() * 150))
    const journal = join(folder, `${seed}.journal`)
    const both = [start(user, journal), start(user, journal)]
    const lines = both.map(linesOf)
    await Promise.all(lines.map((each) => each.next()))

    const victim = random() < 0.5 ? 0 : 1
    await sleep(random() * LONGEST_LIFE_MS)
    both[victim]?.kill('SIGKILL')
    expect((await lines[1 - victim]?.next())?.value).toBe('answered')
    for (const child of both) await ended(child)
    clearInterval(mining)
    await chain.mine()

    const account = (await chain.contracts.inference.getFunction('getAccount')(user.address, provider.address)) as {
      balance: bigint
    }
    const [mined, pending] = await Promise.all(
      ['latest', 'pending'].map((block) => chain.provider.getTransactionCount(user.address, block)),
    )
    expect([account.balance, mined, pending], `seed ${seed}`).toEqual([TRIGGER, nonce + 1, nonce + 1])
  },
)

function start(user: Wallet, journal: string): ChildProcess {
  const { chainId, ledger, inference, fineTuning } = chain.network
  const options = {
    rpcUrl: chain.anvil.url,
    network: { chainId: Number(chainId), ledger, inference, fineTuning },
    key: user.privateKey,
    provider: provider.address,
    journal,
  }
  return spawn(process.execPath, [join(import.meta.dirname, '../support/endpoint-process.mjs')], {
    env: { ...process.env, ENDPOINT: JSON.stringify(options) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

/** What a process says, line by line. */
async function* linesOf(child: ChildProcess): AsyncGenerator<string, void> {
  if (child.stdout) yield* createInterface(child.stdout)
}
