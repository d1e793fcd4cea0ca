import { execFile } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isReachableByAll } from '../../src/local/reachable.ts'
import { localChain, type LocalChain } from '../support/chain.ts'

const ROOT = join(import.meta.dirname, '../..')
/** Root becomes a user without a home, where that user can read this folder; another user stays who it is. */
const isRoot = process.getuid?.() === 0
const canChange = isRoot && isReachableByAll(ROOT)
const USER = canChange ? { uid: 65_534, gid: 65_534 } : {}
/** Not even root makes a folder in the second. */
const HOME = canChange || !isRoot ? '/home/of-no-user' : '/proc/of-no-user'

let chain: LocalChain

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 0, fineTuningProviders: 0, wallets: 1 })
})
afterAll(() => chain[Symbol.asyncDispose]())

const program = (journal: string) => `
  import { createBroker, memoryJournal } from ${JSON.stringify(pathToFileURL(join(ROOT, 'dist/src/index.js')).href)}
  import { JsonRpcProvider, Wallet } from ${JSON.stringify(import.meta.resolve('ethers'))}
  const network = ${JSON.stringify(networkOf(chain))}
  const signer = new Wallet(${JSON.stringify(chain.wallets[0]?.privateKey)}, new JsonRpcProvider(network.rpcUrl))
  const broker = await createBroker({ signer, network, ${journal} })
  const ended = await broker.ledger.depositFund('5').then(({ success }) => ({ success }), ({ name, message }) => ({ name, message }))
  console.log(JSON.stringify(ended))
  process.exit(0)
`

const networkOf = ({ network: { ledger, inference, rpcUrl } }: LocalChain) => ({
  chainId: 31_337,
  ledger,
  inference,
  rpcUrl,
})

async function runAs(journal = ''): Promise<unknown> {
  const env = { PATH: process.env['PATH'] ?? '', HOME }
  const args = ['--input-type=module', '-e', program(journal)]
  const { stdout } = await promisify(execFile)(process.execPath, args, { ...USER, env, cwd: '/' })
  return JSON.parse(stdout)
}

test('a user who cannot make its home is told what for, and which way out there is', async () => {
  expect(await runAs()).toMatchObject({
    name: 'JournalError',
    message: expect.stringMatching(/^The folder for the journal .* cannot be made\.[^]*XDG_STATE_HOME/) as string,
  })
})

test('such a user sends with a journal of its own', async () => {
  expect(await runAs('journal: memoryJournal()')).toEqual({ success: true })
})
