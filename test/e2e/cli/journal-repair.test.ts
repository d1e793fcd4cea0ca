import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openFileJournal } from '../../../src/index.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { lowWallet, outcomeOf, paidOnce, type LowWallet } from '../../support/low-wallet.ts'
import { until } from '../../support/until.ts'
import { placeOf, run, start } from './cli-process.ts'
import { openTerminal } from './cli-terminal.ts'

let chain: LocalChain
let place: string[]
let low: LowWallet
let journal: string

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 1 })
  await chain.provider.send('anvil_setBlockTimestampInterval', [10])
  place = placeOf(chain)
})
afterAll(() => chain[Symbol.asyncDispose]())

const provider = () => chain.inference[0]?.address ?? ''
const env = () => ({ PRIVATE_KEY: low.wallet.privateKey })
const transactions = (...args: string[]) => run(['transactions', ...args, ...place], env())
const pendingNonce = () => low.wallet.getNonce('pending')

function autoFund() {
  const options = ['--target', '2x', '--skip-unsettled-fee', '--interval-ms', '200', '--json', '--yes']
  return start(['auto-fund', provider(), ...options, ...place], env())
}

/** A program sends a top-up that no block takes in yet, and is killed. */
beforeEach(async () => {
  await chain.setAutomine(true)
  low = await lowWallet(chain, chain.inference)
  await chain.setAutomine(false)
  const funding = autoFund()
  await until(async () => (await pendingNonce()) === low.nonce + 1)
  process.kill(funding.pid, 'SIGKILL')
  await funding.ended
  const { XDG_STATE_HOME = '' } = process.env
  journal = join(XDG_STATE_HOME, 'og-ledger', `31337-${low.wallet.address.toLowerCase()}.journal`)
})

/** Changes bytes of the line of the top-up. */
async function damage(changes: readonly [search: string, replacement: string][]): Promise<Buffer> {
  const lines = (await readFile(journal, 'utf8')).split('\n')
  const at = lines.findIndex((line) => line.includes('"prepared"'))
  lines[at] = changes.reduce((line, [search, replacement]) => line.replace(search, replacement), lines[at] ?? '')
  const bytes = Buffer.from(lines.join('\n'))
  await writeFile(journal, bytes)
  return bytes
}

async function fundsToTheEnd(reason: string): Promise<void> {
  const funding = autoFund()
  await funding.line((line) => line.includes(`"reason":"${reason}"`))
  expect(await pendingNonce()).toBe(low.nonce + 1)
  const mining = setInterval(() => void chain.mine(), 200)
  await funding.line((line) => line.includes('"reason":"sufficient"'))
  clearInterval(mining)
  funding.interrupt()
  await funding.ended
  expect(await outcomeOf(chain, low)).toEqual(paidOnce(low))
}

test('a top-up that the journal lost is shown, held until the chain shows it, and paid once', async () => {
  const bytes = await damage([
    ['"nonce"', '"nunce"'],
    ['"type"', '"typo"'],
  ])
  const refused = await run(['deposit', '1', '--yes', ...place], env())
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('The journal of transactions in flight is damaged.')
  expect(refused.stderr).toContain('`og-ledger transactions --repair`')

  // Without a terminal it shows, and changes nothing.
  const shown = await transactions('--repair')
  expect([shown.code, shown.json()]).toMatchObject([2, [{ type: 'journal-damage' }, { type: 'error' }]])
  expect(shown.stderr).toContain('Nothing was changed: there is no terminal to ask on, so the repair needs --yes.')

  // A person types more than a key.
  const typed = openTerminal(['transactions', '--repair', ...place], env())
  await typed.shows('Repair the journal? Type yes')
  const lines = typed.text().split('\n')
  expect(lines.slice(0, lines.indexOf('The repair keeps the damaged file, under a name with its time.'))).toEqual([
    `The journal is damaged: ${journal}`,
    '',
    expect.stringMatching(
      /^line 2: lost; it may have said \d+-[\da-f]{8}, transferFund, 1\.5\d* OG, to 0x[\da-fA-F]{40}, nonce \d+, transaction 0x[\da-f]{64}$/,
    ) as string,
    '',
    `The chain counts ${low.nonce} spent nonces of the wallet, ${low.nonce + 1} with those in the node's pool.`,
    `nonce ${low.nonce}: waits in the node's pool`,
    `Until the chain shows what became of nonce ${low.nonce}, nothing is paid (unknown-pending).`,
    'A request to close the ledger may be lost: ask again where you made one.',
    'Budgets no longer count what a lost record paid.',
    '',
  ])
  typed.type('y\r')
  expect(await typed.ended).toBe(130)
  expect((await readFile(journal)).equals(bytes)).toBe(true)

  const repaired = await transactions('--repair', '--yes', '--json')
  const [amount] = low.needed.values()
  const [loss, done] = repaired.json() as [Record<string, unknown>, { kept: string }]
  expect(repaired.code).toBe(0)
  expect(loss).toMatchObject({
    v: 1,
    type: 'journal-damage',
    header: 'whole',
    lost: [{ line: 2, operation: 'transferFund', amount: String(amount), nonce: low.nonce }],
    nonces: [{ nonce: low.nonce, state: 'pending', transaction: null, block: null }],
    counts: { latest: low.nonce, pending: low.nonce + 1 },
    open: [],
  })
  expect((await readFile(done.kept)).equals(bytes)).toBe(true)
  expect((await transactions('--repair')).json()).toEqual([{ v: 1, type: 'journal-whole', journal }])
  await fundsToTheEnd('unknown-pending')
})

test('a top-up of which one bit was flipped is restored, followed, and paid once; a person types yes', async () => {
  await damage([['"transferFund"', '"transferFune"']])
  const typed = openTerminal(['transactions', '--repair', ...place], env())
  await typed.shows('line 2: one bit was flipped, and is restored: transferFund of 1.5')
  await typed.shows('Repair the journal? Type yes')
  typed.type('yes\r')
  expect(await typed.ended).toBe(0)
  expect(typed.text()).toContain('Without a known outcome')
  const names = await readdir(join(journal, '..'))
  expect(
    names.filter((name) => name.includes(low.wallet.address.toLowerCase()) && name.endsWith('.damaged')).length,
  ).toBe(1)
  await fundsToTheEnd('in-flight')
})

test('a journal that another process has is not repaired', async () => {
  const { chainId } = chain.network
  const held = await openFileJournal({ chainId: BigInt(chainId), wallet: low.wallet.address })
  await held.load()
  const refused = await transactions('--repair', '--yes')
  expect([refused.code, refused.json()]).toMatchObject([1, [{ type: 'error', name: 'LockedError' }]])
  expect(refused.stderr).toContain('Another process sends transactions for this wallet.')
  await held.close()
  await fundsToTheEnd('in-flight')
})
