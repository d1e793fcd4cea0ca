import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseConfig } from '../../../src/cli/config/file.ts'
import { run } from './cli-process.ts'
import { openTerminal } from './cli-terminal.ts'

const ONE = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const TWO = '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC'

let folder: string

beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'og-ledger-init-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('it writes a config that auto-fund takes, whose schema is where it says', async () => {
  const file = join(folder, 'first.json')
  const asked = ['--provider', `${ONE},${TWO.toLowerCase()}`, '--total-budget', '10/24h', '--slack-env', 'SLACK_URL']
  const { code, json } = await run([
    'init',
    file,
    '--yes',
    ...asked,
    '--deposit-trigger',
    '5',
    '--deposit-target',
    '20',
  ])
  expect({ code, json: json() }).toEqual({ code: 0, json: [{ v: 1, type: 'config', file }] })
  const text = readFileSync(file, 'utf8')
  const { $schema, ...config } = JSON.parse(text) as { $schema: string }
  expect(config).toEqual({
    network: 'mainnet',
    budget: { amount: '10', per: '24h' },
    autoDeposit: { trigger: '5', target: '20' },
    defaults: { maxTopUp: '5' },
    providers: [{ provider: ONE }, { provider: TWO }],
    alerts: { to: [{ slack: { env: 'SLACK_URL' } }] },
  })
  expect(parseConfig(text).providers).toHaveLength(2)
  const schema = JSON.parse(readFileSync(resolve(dirname(file), $schema), 'utf8')) as { title: string }
  expect(schema.title).toBe('Config of og-ledger auto-fund')
})

test('a file that is there stays as it is', async () => {
  const file = join(folder, 'mine.json')
  writeFileSync(file, 'mine')
  const { code, stderr } = await run(['init', file, '--yes', '--provider', ONE])
  expect(code).toBe(2)
  expect(stderr).toContain(`${file} is there already, and nothing was written.`)
  expect(readFileSync(file, 'utf8')).toBe('mine')
})

test.for([
  [['--provider', '0x12'], '--provider'],
  [[], 'A provider is missing: --provider ADDRESS.'],
  [['--provider', ONE, '--total-budget', '10'], 'budget.per: it is missing.'],
  [['--provider', ONE, '--deposit-trigger', '5'], 'autoDeposit'],
] as const)('%s is refused, and nothing is written', async ([options, sentence]) => {
  const file = join(folder, 'refused.json')
  const { code, stderr } = await run(['init', file, '--yes', ...options])
  expect(code).toBe(2)
  expect(stderr).toContain(sentence)
  expect(existsSync(file)).toBe(false)
})

test('on a terminal it asks, says what is wrong with an answer, and shows the file before it writes', async () => {
  const file = join(folder, 'asked.json')
  const terminal = openTerminal(['init', file, '--network', 'testnet'])
  await terminal.shows("The providers' addresses")
  terminal.type('0x12\r')
  await terminal.shows('A provider')
  terminal.type(`\u007F\u007F\u007F\u007F${ONE}\r`)
  await terminal.shows('The most that one top-up sends')
  terminal.type('\r')
  await terminal.shows('The most for all of them together')
  terminal.type('\r')
  await terminal.shows('Deposit from the wallet')
  terminal.type('\r')
  await terminal.shows("Slack's URL")
  terminal.type('\r')
  await terminal.shows('Shall this be written')
  terminal.type('y')
  expect(await terminal.ended).toBe(0)
  expect(parseConfig(readFileSync(file, 'utf8'))).toMatchObject({
    network: 'testnet',
    budget: { amount: '25', per: '24h' },
    defaults: { maxTopUp: '5' },
    providers: [{ provider: ONE }],
  })
})
