import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect } from 'vitest'
import type { LocalChain } from './chain.ts'
import { lowWallet, type LowWallet } from './low-wallet.ts'

/** Every moment at which the end of the process could lose or repeat a payment. */
export const MOMENTS = [
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

export type Killing = {
  crashAt: (typeof MOMENTS)[number]
  journal: string
  random: () => number
  /** Whose signer the process uses: ethers by default. */
  library?: 'ethers' | 'viem'
}

/**
 * Keeps a wallet with deficits in a process that is killed at the chosen moment, and then in a second one with the same journal, until
 * that one plans no more top-ups.
 */
export async function killedAndRestarted(chain: LocalChain, killing: Killing): Promise<LowWallet> {
  const { crashAt, random } = killing
  await chain.setAutomine(true)
  const low = await lowWallet(chain, chain.inference)
  await chain.setAutomine(false)

  // No block comes before the first process is killed, unless that process is killed at a receipt.
  const first = keeper(chain, low, killing)
  const dead = once(first, 'exit')
  const mining = setInterval(() => void chain.mine(), 100 + Math.floor(random() * 300))
  if (!crashAt.endsWith('-mined')) clearInterval(mining)
  expect(await dead).toEqual(KILLED)
  clearInterval(mining)

  // The second process makes its first plan before the transactions of the first one are mined.
  const second = keeper(chain, low, { ...killing, crashAt: null })
  const plans = plansOf(second)
  await plans.next()
  const minedLater = setInterval(() => void chain.mine(), 100 + Math.floor(random() * 300))
  for await (const plan of plans) if (plan === 'sufficient,sufficient') break
  clearInterval(minedLater)
  second.kill('SIGKILL')
  await once(second, 'exit')
  await chain.mine()
  return low
}

function keeper(
  chain: LocalChain,
  low: LowWallet,
  { journal, crashAt, library }: Omit<Killing, 'crashAt'> & { crashAt: string | null },
): ChildProcess {
  const { chainId, ledger, inference, fineTuning } = chain.network
  const options = {
    rpcUrl: chain.anvil.url,
    network: { chainId: Number(chainId), ledger, inference, fineTuning },
    key: low.wallet.privateKey,
    providers: [...low.needed.keys()],
    journal,
    crashAt,
    library,
  }
  return spawn(process.execPath, [join(import.meta.dirname, 'crashing-keeper.mjs')], {
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
