import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { formatEther, Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBroker, LockedError } from '../../src/index.ts'
import { connect, localChain, type LocalChain } from '../support/chain.ts'
import { lowWallet, outcomeOf, paidOnce, REQUIRED, type LowWallet } from '../support/low-wallet.ts'

const PROGRAM = join(import.meta.dirname, '../support/funding-process.mjs')

let chain: LocalChain
let low: LowWallet

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0 })
  low = await lowWallet(chain, chain.inference)
})
afterAll(() => chain[Symbol.asyncDispose]())

/** A process of its own on the built package, with the wallet's key. */
function start(role: 'fund' | 'hold', timeoutMs = 60_000) {
  const { chainId, ledger, inference } = chain.network
  const network = JSON.stringify({ chainId: Number(chainId), ledger, inference })
  const [provider = ''] = low.needed.keys()
  const child = spawn(
    process.execPath,
    [PROGRAM, chain.anvil.url, low.wallet.privateKey, network, provider, formatEther(REQUIRED), `${timeoutMs}`, role],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const ended = once(child, 'exit')
  const line = once(createInterface(child.stdout), 'line').then(([text]) => String(text))
  return { pid: child.pid, line, ended, kill: () => child.kill('SIGKILL') }
}

test('ensureFunded waits for the process that has the journal until its time is over, and then says which one it is', async () => {
  const holder = start('hold')
  expect(await holder.line).toBe('held')
  const signer = new Wallet(low.wallet.privateKey, connect(chain.anvil.url))
  await using broker = await createBroker({ signer, network: chain.network })
  const [provider = ''] = low.needed.keys()
  const refused = await broker.inference
    .ensureFunded(provider, REQUIRED, { timeoutMs: 300 })
    .catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(LockedError)
  expect(refused).toMatchObject({ facts: { process: `pid ${holder.pid}` } })
  const left = new AbortController()
  const aborted = broker.inference.ensureFunded(provider, REQUIRED, { signal: left.signal })
  left.abort()
  await expect(aborted).rejects.toMatchObject({ name: 'AbortedError' })
  await expect(broker.ledger.ensureFunded('900', { timeoutMs: 300 })).rejects.toThrow(LockedError)

  // It is killed while another process and two calls of this one wait for it.
  const other = start('fund')
  const calls = [1, 2].map(() => broker.inference.ensureFunded(provider, REQUIRED))
  const answers = Promise.all(calls)
  holder.kill()
  await Promise.all([holder.ended, answers.then(() => broker.close())])
  const receipts = [...(await answers), JSON.parse(await other.line) as object | null]
  expect(receipts.filter((receipt) => receipt !== null)).toMatchObject([{ success: true }])
  expect(await outcomeOf(chain, low)).toEqual(paidOnce(low))
  await other.ended
})
