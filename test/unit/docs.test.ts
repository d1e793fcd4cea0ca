import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import * as machines from '../../machines/index.ts'
import { mermaidOf } from '../../src/cli/charts.ts'
import { commands } from '../../src/cli/command-table.ts'
import { parseConfig } from '../../src/cli/config/file.ts'
import { outputSchema } from '../../src/cli/output/output.schema.ts'
import * as alerts from '../../src/alerts/index.ts'
import * as main from '../../src/index.ts'
import { errorCodes } from '../../src/base/error-codes.ts'
import * as fleet from '../../src/fleet/index.ts'
import * as metrics from '../../src/metrics/index.ts'
import * as postgres from '../../src/postgres/index.ts'
import * as testing from '../../src/testing/index.ts'
import * as react from '../../src/react/index.ts'
import * as viem from '../../src/viem/index.ts'
import * as visualizer from '../../src/visualizer/index.ts'
import {
  allPages,
  anchorsOf,
  blocksOf,
  headingsOf,
  linksOf,
  namesIn,
  pageAt,
  root,
  sectionOf,
  type Page,
} from '../support/markdown.ts'
import * as known from '../support/type-names.ts'

const readme = pageAt('README.md')
const autoFunding = pageAt('docs/auto-funding.md')
const { subAccountMachine, autoFundingMachine, transactionMachine, ledgerMachine, autoDepositMachine } = machines

test('the README has at most 140 lines', () => {
  expect(readme.text.split('\n').length - 1).toBeLessThanOrEqual(140)
})

/** Examples run with the other tests: what a page shows is what runs. */
test.for([
  ['README.md', 0, 'examples/quick-start.ts'],
  ['docs/testing.md', 0, 'examples/first.test.ts'],
  ['docs/testing.md', 2, 'examples/market.test.ts'],
  ['docs/testing.md', 3, 'examples/edges.test.ts'],
] as const)('%s shows, as its program %i, that of %s word for word', ([path, index, example]) => {
  const program = readFileSync(join(root, example), 'utf8')
  expect(blocksOf(pageAt(path), 'ts')[index]).toBe(program.trimEnd())
})

test.for(allPages())('a block of $path that names a file shows that file word for word', (page) => {
  const named = [...page.text.matchAll(/^<!-- file: (\S+) -->\n\n```[^\n]*\n([^]*?)\n```$/gm)]
  expect(named.length).toBe(page.text.split('<!-- file:').length - 1)
  for (const [, file = '', block] of named) expect(block, file).toBe(readFileSync(join(root, file), 'utf8').trimEnd())
})

test('the config files among the examples are ones that auto-fund takes', () => {
  const config = parseConfig(readFileSync(join(root, 'examples/recipes/three-providers.json'), 'utf8'))
  expect(config.providers?.map(({ terms }) => terms.priority)).toEqual([2, 1, undefined])
})

test('the charts of the documentation are those of the machines', () => {
  // `og-ledger machines NAME` prints what stands there.
  const all = [subAccountMachine, autoFundingMachine, transactionMachine, ledgerMachine, autoDepositMachine].map(
    mermaidOf,
  )
  expect(blocksOf(pageAt('docs/charts.md'), 'mermaid')).toEqual(all)
  expect(blocksOf(readme, 'mermaid')).toEqual([mermaidOf(transactionMachine)])
  for (const page of allPages()) for (const chart of blocksOf(page, 'mermaid')) expect(all, page.path).toContain(chart)
})

test.for(allPages())('every link and anchor of $path leads somewhere', (page) => {
  const broken = linksOf(page).filter((link) => !isFound(page, link))
  expect(broken).toEqual([])
})

test('links lead from the README to every page below docs', () => {
  const reached = new Set(['README.md'])
  for (const path of reached)
    for (const link of linksOf(pageAt(path))) {
      const to = targetOf({ path, link }).file
      if (to.endsWith('.md') && existsSync(join(root, to))) reached.add(to)
    }
  expect(allPages().flatMap(({ path }) => (reached.has(path) ? [] : [path]))).toEqual([])
})

test('every reason to hold has a heading with its cause and what to do', () => {
  for (const reason of Object.keys(known.holdReasons)) {
    const section = sectionOf(autoFunding, `\`${reason}\``)
    expect(section, reason).toContain('**Cause:**')
    expect(section, reason).toContain('**Do:**')
  }
})

test('troubleshooting leads to every reason to hold, and quotes sentences that og-ledger says', () => {
  const { text } = pageAt('docs/troubleshooting.md')
  const reasons = Object.keys(known.holdReasons)
  expect(reasons.filter((reason) => !text.includes(`[\`${reason}\`](auto-funding.md#${reason})`))).toEqual([])
  const quoted = [...text.matchAll(/"([A-Z][^"]+\.)"/g)].map(([, sentence = '']) => sentence)
  expect(quoted.length).toBeGreaterThan(3)
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(root, 'src', path), 'utf8'))
  expect(quoted.filter((sentence) => !sources.some((source) => source.includes(sentence)))).toEqual([])
})

test('every exported class of errors has a heading that says when it comes', () => {
  const errors = pageAt('docs/errors.md')
  const classes = Object.entries(main).filter(([, value]) => isErrorClass(value))
  expect(classes.length).toBeGreaterThan(20)
  const names = classes.map(([name]) => name)
  expect(names.filter((name) => !headingsOf(errors).includes(`\`${name}\``))).toEqual([])
  const derived = names.filter((name) => name !== 'OgLedgerError')
  expect(derived.filter((name) => !sectionOf(errors, `\`${name}\``).includes('**When:**'))).toEqual([])
})

test('the link of every error opens its section', () => {
  const links = Object.keys(errorCodes).map((name) => {
    const error = new main.OgLedgerError('')
    Object.defineProperty(error, 'name', { value: name })
    return error.docs
  })
  expect(links.filter((link) => !isFound({ ...readme, path: 'README.md' }, link))).toEqual([])
})

test('every command has a heading, and its section or the common ones name each of its options', async () => {
  const cli = pageAt('docs/cli.md')
  const common = sectionOf(cli, 'Keys and networks') + sectionOf(cli, 'Deposits')
  for (const [command, entry] of Object.entries(commands)) {
    expect(headingsOf(cli)).toContain(`\`${command}\``)
    const { args } = await entry.load()
    const options = Object.entries(args).filter(([, { type }]) => type !== 'positional')
    const text = sectionOf(cli, `\`${command}\``) + common
    expect(options.map(([name]) => `--${name}`).filter((option) => !isNamed(text, option))).toEqual([])
  }
})

test('the config file in the documentation is one that auto-fund takes', () => {
  const [config = ''] = blocksOf(pageAt('docs/cli.md'), 'json')
  expect(parseConfig(config).providers).toHaveLength(2)
})

test.for([
  ['docs/account-api.md', 'BrokerOptions', Object.keys(known.brokerOptions)],
  ['docs/account-api.md', 'Broker', Object.keys(known.brokerMembers)],
  ['docs/account-api.md', 'NetworkConfig', Object.keys(known.networkFields)],
  ['docs/account-api.md', 'EnsureFundedOptions', Object.keys(known.ensureFundedOptions)],
  ['docs/account-api.md', 'LedgerManager', methodsOf(main.LedgerManager)],
  ['docs/account-api.md', 'ServiceManager', methodsOf(main.ServiceManager)],
  ['docs/account-api.md', 'InferenceManager', methodsOf(main.InferenceManager)],
  ['docs/account-api.md', 'FineTuningManager', methodsOf(main.FineTuningManager)],
  ['docs/endpoint.md', 'EndpointOptions', Object.keys(known.endpointOptions)],
  ['docs/endpoint.md', 'EndpointHoldReason', Object.keys(known.endpointReasons)],
  ['docs/endpoint.md', 'EndpointCounts', Object.keys(known.endpointCounts)],
  ['docs/auto-funding.md', 'AutoFundingConfig', Object.keys(known.fundingOptions)],
  ['docs/closing.md', 'ClaimHold', Object.keys(known.claimHolds)],
  ['docs/reclaim-idle.md', 'ReclaimHold', Object.keys(known.reclaimHolds)],
  ['docs/closing.md', 'ClosingHold', Object.keys(known.closingHolds)],
  ['docs/journal.md', 'JournalRecord', Object.keys(known.journalRecords)],
  ['docs/page.md', 'VisualizerOptions', Object.keys(known.visualizerOptions)],
  ['docs/page.md', 'ActionName', Object.keys(known.actions)],
  ['docs/testing.md', 'SimulatedBrokerOptions', Object.keys(known.simulatedBrokerOptions)],
  ['docs/testing.md', 'Simulation', Object.keys(known.simulationMembers)],
  ['docs/testing.md', 'FaultKind', Object.keys(known.faultKinds)],
] as const)('%s names everything in %s', ([path, , names]) => {
  const known = namesIn(pageAt(path))
  expect(names.filter((name) => !known.has(name))).toEqual([])
})

test('every type of a line of JSON has its row among the JSON output, and its schema', () => {
  const { text } = pageAt('docs/json-output.md')
  const sources = readdirSync(join(root, 'src/cli'), { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !/^(config|output)\//.test(path),
  )
  const types = sources.flatMap((path) =>
    [
      ...readFileSync(join(root, 'src/cli', path), 'utf8').matchAll(
        /(?:printJson|printChainJson|return|=>) ?\(?\{ ?(?:\n\s*)?type: '([a-z-]+)'/g,
      ),
    ].map(([, type]) => type),
  )
  expect(types.length).toBeGreaterThan(20)
  const schemas = Object.keys(outputSchema['$defs'] as object)
  const known = (type = '') => text.includes(`\`${type}\``) && schemas.includes(type)
  expect([...new Set(types)].filter((type) => !known(type))).toEqual([])
})

test('every event has its place in the table of events', () => {
  const events = sectionOf(pageAt('docs/operations.md'), 'Events')
  expect(Object.keys(known.eventTypes).filter((type) => !events.includes(`\`${type}\``))).toEqual([])
})

test('every exported name stands in the documentation', () => {
  const known = new Set(allPages().flatMap((page) => [...namesIn(page)]))
  const exported = [main, alerts, fleet, machines, metrics, postgres, react, testing, viem, visualizer].flatMap(
    (entry) => Object.keys(entry),
  )
  expect(exported.filter((name) => !known.has(name))).toEqual([])
})

function isFound(page: Page, link: string): boolean {
  if (/^(?:https?|mailto):/.test(link)) return true
  const { file, anchor } = targetOf({ path: page.path, link })
  if (!existsSync(join(root, file))) return false
  return anchor === undefined || anchorsOf(pageAt(file)).includes(anchor)
}

/** The file that a link of a page leads to, by its path in the repository. */
function targetOf({ path, link }: { path: string; link: string }): { file: string; anchor: string | undefined } {
  const [file = '', anchor] = link.split('#')
  return { file: file === '' ? path : normalize(join(dirname(path), file)).replaceAll('\\', '/'), anchor }
}

const isNamed = (text: string, option: string): boolean => new RegExp(`${option}(?![\\w-])`).test(text)

function isErrorClass(value: unknown): boolean {
  return typeof value === 'function' && (value === main.OgLedgerError || value.prototype instanceof main.OgLedgerError)
}

function methodsOf({ prototype }: { prototype: object }): string[] {
  return Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor')
}
