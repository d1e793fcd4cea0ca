import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { run } from '../../../src/cli/run.ts'

const DEPOSITS = '--deposit-trigger 5 --deposit-target 20'
const PROVIDER = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'

let said: { stdout: string; stderr: string }

beforeEach(() => {
  said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      said[name] += String(text)
      return true
    })
  vi.stubGlobal('fetch', () => Promise.reject(new Error('No request may be sent.')))
  vi.stubEnv('PRIVATE_KEY', `0x${'11'.repeat(32)}`)
  vi.stubEnv('OG_RPC_URL', undefined)
  vi.stubEnv('KEYSTORE_PASSWORD', 'hunter22')
  vi.stubEnv('TREASURY_PRIVATE_KEY', undefined)
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})

test.for<[string, string]>([
  ['deposit', 'AMOUNT is missing.'],
  ['deposit -5', '-5 is not possible: no amount here is negative.'],
  ['deposit -.5', '-.5 is not possible: no amount here is negative.'],
  ['demo --simulated --for -1', '--for -1 is not possible: no number here is negative.'],
  ['deposit -- -5', 'it has a sign'],
  ['deposit +5', 'it has a sign'],
  ['deposit 1e3', 'it has an exponent'],
  ['deposit 0x10', 'it is not a decimal number'],
  ['deposit 1,5', 'it has separators'],
  ['deposit .5', 'it has no digit before the point'],
  ['deposit 1.0000000000000000001', 'it has 19 decimals; 18 at most'],
  [`deposit ${'9'.repeat(78)}`, 'it is more than a contract can hold'],
  ['deposit 1 2', '"2" is one argument too many.'],
  ['deposit 1 --fast', "Unknown option '--fast'."],
  ['deposit 1 --no-yes', "Unknown option '--no-yes'."],
  ['deposit 1 -y', "Unknown option '-y'."],
  ['deposit 1 --yes=maybe', "Option '--yes' does not take an argument."],
  ['deposit 1 --keystore', "Option '--keystore <value>' argument missing."],
  ['deposit 1 --keystore --json', "Option '--keystore' argument is ambiguous."],
  ['deposit 1 --keystore=', '--keystore is empty.'],
  [`deposit 1 --address ${PROVIDER}`, "Unknown option '--address'."],
  ['deposit-for 0x12 1', 'ADDRESS is no address: "0x12".'],
  [`deposit-for ${PROVIDER.slice(0, -1)}9 1`, 'ADDRESS is no address'],
  [`deposit-for ${PROVIDER.replace('C8', 'c8')} 1`, 'In mixed case the checksum must hold.'],
  ['deposit-for vitalik.eth 1', 'ADDRESS is no address: "vitalik.eth".'],
  [`transfer ${PROVIDER} inference`, 'AMOUNT is missing.'],
  [`retrieve inference --provider me`, '--provider is no address: "me".'],
  [`ensure ${PROVIDER} 1 --service x`, '--service is one of inference, fine-tuning; this is "x".'],
  [`serve ${PROVIDER} --port 65536`, '--port is a whole number from 0 to 65535; this is "65536".'],
  [
    `serve ${PROVIDER} --timeout-ms 10`,
    '--timeout-ms: whole milliseconds from 1000 to 2147483647, or a duration such as "30s"; this is 10.',
  ],
  [`serve ${PROVIDER} --target 3x`, '--target is about auto-funding: it needs --auto-fund.'],
  [`serve ${PROVIDER} --budget 10`, '--budget is OG per time, such as 10/24h; this is "10".'],
  ['serve llama', 'PROVIDER is no address: "llama".'],
  ['auto-fund', 'PROVIDER is missing; or name a file with --config.'],
  [`auto-fund ${PROVIDER} 0x12`, 'PROVIDER is no address: "0x12".'],
  [
    `auto-fund ${PROVIDER} --interval-ms 1e3`,
    '--interval-ms: whole milliseconds from 100 to 2147483647, or a duration such as "30s"; this is "1e3".',
  ],
  [
    `auto-fund ${PROVIDER} --interval-ms 99`,
    '--interval-ms: whole milliseconds from 100 to 2147483647, or a duration such as "30s"; this is 99.',
  ],
  [`auto-fund ${PROVIDER} --buffer-multiplier two`, '--buffer-multiplier is a number from 0 up; this is "two".'],
  [`auto-fund ${PROVIDER} --min-locked-balance 1e18`, 'it has an exponent'],
  [`auto-fund ${PROVIDER} --target 1,5`, '--target: "1,5" is no amount in OG: it has separators.'],
  [
    `auto-fund ${PROVIDER} --target 1x`,
    '--target: a target of 1 × the minimum lies below the trigger of 2 × the minimum.',
  ],
  [`auto-fund ${PROVIDER} --target twox`, '--target is a number from 0 up; this is "two".'],
  [`auto-fund ${PROVIDER} --target 0x`, '--target: a number, more than 0, at most 1000000; this is 0.'],
  [`auto-fund ${PROVIDER} --runway-trigger 6h`, '--runway-trigger and --runway-target go together.'],
  [
    `auto-fund ${PROVIDER} --runway-trigger 6h --runway-target 6`,
    '--runway.target: a number and s, m, h or d, such as "6h"; this is "6".',
  ],
  [
    `auto-fund ${PROVIDER} --runway-trigger 6h --runway-target 1d --target 5`,
    'Either --target or --runway-trigger and --runway-target, not both.',
  ],
  [`auto-fund ${PROVIDER} --max-top-up 0`, '--max-top-up: it is more than nothing.'],
  [`auto-fund ${PROVIDER} --budget 10`, '--budget is OG per time, such as 10/24h; this is "10".'],
  [`auto-fund ${PROVIDER} --budget 10/24h/2`, '--budget is OG per time, such as 10/24h; this is "10/24h/2".'],
  [`auto-fund ${PROVIDER} --budget 0/24h`, '--budget.amount: it is more than nothing.'],
  [`auto-fund ${PROVIDER} --total-budget 1/32d`, '--total-budget.per: a budget looks back at most 31 days.'],
  [`auto-fund ${PROVIDER} --cooldown-ms 32d`, '--cooldown-ms: whole milliseconds from 0 to 2678400000, or a duration'],
  [`auto-fund ${PROVIDER} --on-pending-refund wait`, '--on-pending-refund is one of hold, reuse; this is "wait".'],
  [`auto-fund ${PROVIDER} --max-ledger 5`, '--max-ledger is about deposits, and they need --deposit-trigger and --dep'],
  [`auto-fund ${PROVIDER} --deposit-trigger 5`, '--deposit-trigger is about deposits, and they need --deposit-trigger'],
  [
    `auto-fund ${PROVIDER} --deposit-trigger 5 --deposit-target 7d`,
    '--deposit-trigger and --deposit-target are both in OG (5 and 20), or both times (2d and 7d).',
  ],
  [
    `auto-fund ${PROVIDER} --deposit-trigger 20 --deposit-target 5`,
    '--deposit-target: The target is more than the trigger: trigger 20, target 5.',
  ],
  [
    `auto-fund ${PROVIDER} --deposit-trigger 2d --deposit-target 2d`,
    '--deposit-target: The target is more than the trigger: trigger 2d, target 2d.',
  ],
  [
    `auto-fund ${PROVIDER} --deposit-trigger 5 --deposit-target 20 --max-ledger 10`,
    '--deposit-target: The target is more than the ledger may hold: target 20, maxLedger 10.',
  ],
  [
    `auto-fund ${PROVIDER} --deposit-trigger x --deposit-target 20`,
    '--deposit-trigger: "x" is no amount in OG: it is not a decimal number.',
  ],
  [
    `auto-fund ${PROVIDER} --deposit-trigger d --deposit-target 2d`,
    '--deposit-trigger: a number and s, m, h or d, such as "6h"; this is "d".',
  ],
  [`auto-fund ${PROVIDER} ${DEPOSITS} --max-deposit 0`, '--max-deposit: it is more than nothing.'],
  [`auto-fund ${PROVIDER} ${DEPOSITS} --deposit-budget 5`, '--deposit-budget is OG per time, such as 10/24h;'],
  [`auto-fund ${PROVIDER} ${DEPOSITS} --gas-reserve 1,5`, '--gas-reserve: "1,5" is no amount in OG'],
  [`auto-fund ${PROVIDER} ${DEPOSITS} --deposit-cooldown-ms 32d`, '--deposit-cooldown-ms: whole milliseconds'],
  [`auto-fund ${PROVIDER} ${DEPOSITS} --deposit-cooldown-ms 9999999999`, '--deposit-cooldown-ms: whole milliseconds'],
  [`auto-fund ${PROVIDER} ${DEPOSITS} --deposit-from me`, '--deposit-from: an address; this is "me".'],
  [`auto-fund ${PROVIDER} --treasury-keystore x`, '--treasury-keystore is about deposits: it needs --deposit-trigger'],
  ['auto-fund --config x --deposit-budget 5/1d', '--deposit-budget belongs into the file when there is a --config.'],
  [`auto-fund ${PROVIDER} --config x`, 'Either PROVIDER or --config, not both.'],
  ['auto-fund --config x --target 5', '--target belongs into the file when there is a --config.'],
  ['auto-fund --config x --service inference', '--service belongs into the file when there is a --config.'],
  ['auto-fund --config /no/where', '/no/where cannot be read.'],
  ['plan --service x', '--service is one of inference, fine-tuning; this is "x".'],
  ['plan --for 0', '--for is a whole number from 1 to 86400; this is "0".'],
  ['providers', 'SERVICE is missing.'],
  ['providers inference --service inference', 'Either SERVICE or --service, not both.'],
  ['providers --all --service x', '--service is one of inference, fine-tuning; this is "x".'],
  ['replay', 'FILE is missing.'],
  ['replay /no/where', '/no/where cannot be read.'],
  ['replay x --policy /no/where', '/no/where cannot be read.'],
  ['status --network moon', '--network is one of mainnet, testnet, testnetDev; this is "moon".'],
  [`status --network testnet --ledger ${PROVIDER}`, 'A deployment of your own needs --ledger, --inference and --chain'],
  ['status --chain-id 1x', '--chain-id is a whole number from 1 up; this is "1x".'],
  ['status', 'Say where: --network mainnet, testnet or testnetDev (or OG_NETWORK), or --rpc-url.'],
  ['status --rpc-url=', '--rpc-url is empty.'],
  ['status --rpc-url wss://user:secret@node', 'The RPC URL must begin with http: or https:.'],
  ['status --rpc-url nonsense', 'The RPC URL must begin with http: or https:.'],
  ['demo --for 0', '--for is a whole number from 1 up; this is "0".'],
  ['demo --providers 51', '--providers is a whole number from 1 to 50; this is "51".'],
  ['machines toaster', 'There is no machine "toaster": there are '],
  ['machines --format svg', '--format is one of mermaid, json; this is "svg".'],
  ['status --netwrk x', "Unknown option '--netwrk': did you mean --network? og-ledger status --help tells"],
  ['status --format xml', '--format is one of table, json; this is "xml".'],
  ['status --format table --json', 'Either --json or --format table, not both.'],
  ['constructor', 'There is no command "constructor".'],
  ['--json statsu', 'There is no command "statsu": did you mean status? og-ledger --help tells'],
])('"%s" is refused: %s', async ([line, message]) => {
  const yes = /^(deposit|transfer|retrieve|ensure|auto-fund)/.test(line) ? ['--yes'] : []
  expect(await run([...yes, ...line.split(' ')])).toBe(2)
  expect(said.stderr).toContain(message)
  expect(`${said.stdout}${said.stderr}`).not.toMatch(/\n\s+at |secret/)
})

test('an invalid config is refused with the names of its file and its field', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'og-ledger-'))
  try {
    const file = join(folder, 'og-ledger.json')
    const refused = async (config: unknown, ...words: string[]) => {
      said.stderr = ''
      writeFileSync(file, JSON.stringify(config))
      expect(await run([...words, file])).toBe(2)
      return said.stderr.replace(file, 'FILE').replace(/ og-ledger \S+ --help tells what is possible\.\n/, '')
    }
    const fund = ['auto-fund', '--yes', '--config']
    expect(await refused({ providers: [{ provider: PROVIDER, maxTopUp: 5 }] }, ...fund)).toBe(
      'FILE: providers[0].maxTopUp: an amount is a string in OG such as "1.5"; this is a number.',
    )
    expect(await refused({ providers: [{ provider: PROVIDER, maxTopup: '5' }] }, ...fund)).toBe(
      'FILE: providers[0].maxTopup: there is no such field; the nearest is maxTopUp.',
    )
    expect(await refused({ defaults: {} }, ...fund)).toBe('providers: it is missing: auto-fund needs a list of them.')
    expect(await refused({ wallet: `0x${'11'.repeat(32)}` }, ...fund)).toBe(
      'FILE: wallet: this looks like a key, and keys never stand in this file: use PRIVATE_KEY or --keystore.',
    )
    expect(await refused({ target: '5' }, 'replay', file, '--policy')).toBe(
      'FILE: target: there is no such field; the nearest is budget.',
    )
    expect(said.stdout).not.toContain('"sent":true')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.for([
  'add-ledger 5',
  'deposit 5',
  `deposit-for ${PROVIDER} 5`,
  `transfer ${PROVIDER} inference 5`,
  `ensure ${PROVIDER} 5`,
  `auto-fund ${PROVIDER}`,
  'retrieve inference',
  'refund 1',
  'delete',
  'close',
])('"%s" needs --yes without a terminal', async (line) => {
  expect(await run([...line.split(' '), '--network', 'testnet'])).toBe(2)
  const message = 'Nothing was sent: there is no terminal to ask on, so this needs --yes.'
  const [command = ''] = line.split(' ')
  expect(said.stderr).toBe(`${message} og-ledger ${command} --help tells what is possible.\n`)
  expect(JSON.parse(said.stdout)).toMatchObject({ type: 'error', command, exitCode: 2, message })
})
