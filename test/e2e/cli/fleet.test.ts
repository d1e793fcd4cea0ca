import * as files from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { encryptKeystoreJson, Wallet } from 'ethers'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { lowWallet, outcomeOf, paidOnce, type LowWallet } from '../../support/low-wallet.ts'
import { receiverServer } from '../../support/receiver-server.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'
import { until } from '../../support/until.ts'
import { placeOf, run, start, type Running } from './cli-process.ts'

const PHRASE = 'test test test test test test test test test test test junk'

const EXACT_TERMS = { target: 2, minTopUp: '0', unsettledFee: false, firstDay: 'off' }

let chain: LocalChain
let postgres: TestPostgres
let pool: Pool
let place: string[]
let folder: string

beforeAll(async () => {
  folder = files.mkdtempSync(join(tmpdir(), 'og-ledger-fleet-'))
  postgres = await startPostgres()
  pool = postgres.pool()
  chain = await localChain({ inferenceProviders: 2, fineTuningProviders: 0, wallets: 1 })
  place = placeOf(chain)
})
afterAll(async () => {
  files.rmSync(folder, { recursive: true })
  await chain[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

type Line = { type: string; wallet?: string; state?: string; holder?: string | null; epoch?: number | null }

/** A config of wallets whose keys are in a file, all with one policy. */
function configOf(low: readonly LowWallet[], more: object = {}): string {
  const keys = join(folder, `keys-${low[0]?.wallet.address}.txt`)
  const lines = low.map(({ wallet }, index) => `${wallet.privateKey} customer-${index}`)
  files.writeFileSync(keys, `# keys of customers\n\n${lines.join('\n')}\n`, { mode: 0o600 })
  return write({
    intervalMs: 300,
    leaseMs: 2_000,
    wallets: { file: keys },
    policies: [
      {
        wallets: 'customer-*',
        defaults: EXACT_TERMS,
        providers: chain.inference.map(({ address }) => ({ provider: address })),
      },
    ],
    ...more,
  })
}

let written = 0
function write(config: object): string {
  written += 1
  const file = join(folder, `fleet-${written}.json`)
  files.writeFileSync(file, JSON.stringify(config))
  return file
}

const fleet = (config: string, name: string): Running =>
  start(['fleet', '--config', config, '--database', 'FLEET_DB', '--name', name, '--metrics', '0', '--yes', ...place], {
    FLEET_DB: postgres.url,
  })

async function lowWallets(count: number): Promise<LowWallet[]> {
  const low: LowWallet[] = []
  for (let index = 0; index < count; index += 1) low.push(await lowWallet(chain, chain.inference))
  return low
}

/** Who holds the lease of each wallet, as the database says. */
async function holders(low: readonly LowWallet[]): Promise<(string | null)[]> {
  const { rows } = await pool.query<{ wallet: string; holder: string | null }>(
    "select '0x' || encode(wallet, 'hex') as wallet, case when expires_at > clock_timestamp() then holder end as holder from og_ledger.og_ledger_wallets",
  )
  const known = new Map(rows.map(({ wallet, holder }) => [wallet, holder?.split(' ')[0] ?? null]))
  return low.map(({ wallet }) => known.get(wallet.address.toLowerCase()) ?? null)
}

const outcomes = (low: readonly LowWallet[]) => Promise.all(low.map((one) => outcomeOf(chain, one)))
const allPaid = (low: readonly LowWallet[]) =>
  until(async () => (await outcomes(low)).every(({ mined, waiting }) => mined >= 2 && waiting === 0), 60_000)

test('two processes share the wallets of a config; SIGTERM hands the leases of one to the other at once', async () => {
  const low = await lowWallets(4)
  const config = configOf(low, { capacity: 3 })
  const first = fleet(config, 'first')
  await first.line((line) => line.includes('"type":"fleet"'))
  const second = fleet(config, 'second')
  await until(async () => (await holders(low)).every((one) => one !== null), 30_000)
  await allPaid(low)
  const metricsAt = /http\S+/.exec(await second.line((line) => line.startsWith('Metrics are at ')))?.[0] ?? ''
  const before = await holders(low)
  expect(before.filter((one) => one === 'first')).toHaveLength(3)
  expect(await (await fetch(metricsAt)).text()).toContain('og_ledger_fleet_wallets{state="foreign"} 3')
  expect(await (await fetch(metricsAt.replace('/metrics', '/readyz'))).json()).toMatchObject({
    status: 'pass',
    checks: { wallets: { pass: 1, warn: 0, fail: 0 }, opening: { failed: 0 } },
  })
  process.kill(first.pid, 'SIGTERM')
  const { code, stdout, stderr, json } = await first.ended
  expect(code).toBe(0)
  expect(stderr).toContain('Its leases are handed back: another process can have the wallets at once.')
  // Sooner than the leases would have ended by themselves, up to the capacity of the other process.
  const handed = (await holders(low)).filter((one) => one === 'first')
  expect(handed).toEqual([])
  await until(async () => (await holders(low)).filter((one) => one === 'second').length === 3)
  expect(await outcomes(low)).toEqual(low.map(paidOnce))
  const lines = json() as Line[]
  const last = lines.findLast(({ type }) => type === 'fleet')
  expect(last).toMatchObject({ v: 1, wallets: 4, foreign: 0, leasesLost: 0 })
  expect(lines.find(({ type, state }) => type === 'fleet-wallet' && state === 'open')).toMatchObject({
    epoch: 1,
    holder: expect.stringMatching(/^first \d+ [\da-f]{6}$/) as string,
  })
  expect(stdout + stderr).not.toContain('not-to-be-shown')
  second.interrupt()
  expect((await second.ended).code).toBe(0)
})

test('the wallets of a process that is killed are taken over once the lease is over, and paid once', async () => {
  const low = await lowWallets(4)
  const config = configOf(low)
  const first = fleet(config, 'first')
  await until(async () => (await holders(low)).every((one) => one === 'first'), 30_000)
  const second = fleet(config, 'second')
  await second.line((line) => line.includes('"state":"foreign"'))
  process.kill(first.pid, 'SIGKILL')
  await until(async () => (await holders(low)).every((one) => one === 'second'))
  await allPaid(low)
  expect(await outcomes(low)).toEqual(low.map(paidOnce))
  second.interrupt()
  expect((await second.ended).code).toBe(0)
})

test('keystores and a phrase name wallets, patterns choose their policies, and what matches none is only read', async () => {
  const keystores = files.mkdtempSync(join(folder, 'keystores-'))
  const made = Array.from({ length: 2 }, () => Wallet.createRandom())
  for (const [index, one] of made.entries())
    files.writeFileSync(
      join(keystores, `shop-${index}.json`),
      await encryptKeystoreJson({ address: one.address, privateKey: one.privateKey }, 'password', { scrypt: { N: 2 } }),
    )
  const [provider] = chain.inference
  const policies = [
    { wallets: ['shop-1'], autoClaim: true },
    { wallets: '5', providers: [{ provider: provider?.address, maxTopUp: '2' }] },
  ]
  const byFolder = start(['fleet', '--config', write({ wallets: { keystores }, policies }), '--yes', ...place], {
    KEYSTORE_PASSWORD: 'password',
  })
  await byFolder.line((line) => line.includes('"owned":2') && line.includes('"failed":0'))
  byFolder.interrupt()
  const ended = await byFolder.ended
  expect(ended.code).toBe(0)
  expect(ended.stderr).toContain('shop-1 (1 wallet): claims refunds.')
  expect(ended.stderr).toMatch(/No policy matches 1 wallet, such as 0x\S+: nothing is sent there\./)
  const named = (ended.json() as Line[]).filter(({ type, state }) => type === 'fleet-wallet' && state === 'open')
  expect(new Set(named.map(({ wallet }) => wallet))).toEqual(new Set(made.map(({ address }) => address)))

  const mnemonic = { mnemonic: { env: 'FLEET_PHRASE' }, from: 4, to: 6 }
  const byPhrase = start(['fleet', '--config', write({ wallets: mnemonic, policies }), '--yes', ...place], {
    FLEET_PHRASE: PHRASE,
  })
  await byPhrase.line((line) => line.includes('"owned":3'))
  byPhrase.interrupt()
  const phrase = await byPhrase.ended
  expect(phrase.stderr).toMatch(/5 \(1 wallet\): keeps inference with 0x\S+ \(at most 2 OG at once\) funded\./)
  expect(phrase.stdout + phrase.stderr).not.toContain('junk')
})

test('a wallet that cannot be opened is told to the receivers of the config, and leaves the others at work', async () => {
  const [good] = await lowWallets(1)
  if (!good) throw new Error('no wallet')
  const keystores = files.mkdtempSync(join(folder, 'alerts-'))
  const bad = Wallet.createRandom()
  for (const [name, { address, privateKey }, password] of [
    ['good', good.wallet, 'password'],
    ['bad', bad, 'another password'],
  ] as const)
    files.writeFileSync(
      join(keystores, `${name}.json`),
      await encryptKeystoreJson({ address, privateKey }, password, { scrypt: { N: 2 } }),
    )
  await using server = await receiverServer()
  const config = configOf([good], {
    wallets: { keystores },
    policies: [
      {
        wallets: 'good',
        defaults: EXACT_TERMS,
        providers: chain.inference.map(({ address }) => ({ provider: address })),
      },
    ],
    alerts: { to: [{ webhook: `${server.url}/hook` }], rules: { 'lease-lost': { for: '0s' } } },
  })
  const running = start(['fleet', '--config', config, '--yes', '--name', 'alerting', ...place], {
    KEYSTORE_PASSWORD: 'password',
  })
  await until(() => server.received.length > 0, 30_000)
  await allPaid([good])
  running.interrupt()
  const { code, stdout, stderr } = await running.ended
  expect(code).toBe(0)
  expect(JSON.parse(server.received[0]?.body ?? '')).toMatchObject({
    status: 'firing',
    commonLabels: { alertname: 'lease-lost', wallet: bad.address },
    commonAnnotations: {
      summary: 'The wallet could not be opened',
      description: expect.stringContaining('The keystore does not open with this password.') as string,
    },
  })
  expect(server.received).toHaveLength(1)
  expect(await outcomes([good])).toEqual([paidOnce(good)])
  expect(stdout + stderr).not.toContain('another password')
})

test('of two processes that would keep one state of alerts the second is refused, and has its own under another name', async () => {
  const low = await lowWallets(1)
  await using server = await receiverServer()
  const config = configOf(low, { alerts: { to: [{ webhook: `${server.url}/hook` }] } })
  const fleetOf = (...more: string[]) =>
    start(['fleet', '--config', config, '--database', 'FLEET_DB', '--yes', ...more, ...place], {
      FLEET_DB: postgres.url,
    })
  const isOpen = (line: string): boolean => line.includes('"type":"fleet"')
  const first = fleetOf()
  await first.line(isOpen)
  const refused = await fleetOf().ended
  const sentence = `Another process (pid ${first.pid}) of this config sends alerts under the name ${hostname()}: give this one another --name.`
  expect([refused.code, refused.json()]).toMatchObject([2, [{ type: 'error', message: sentence }]])
  const other = fleetOf('--name', 'other')
  await other.line(isOpen)
  process.kill(first.pid, 'SIGKILL')
  await first.ended
  const next = fleetOf()
  await next.line(isOpen)
  for (const one of [other, next]) one.interrupt()
  expect([(await other.ended).code, (await next.ended).code]).toEqual([0, 0])
})

test('SIGHUP opens wallets that are new in the file, closes those that are gone, and applies policies; a bad file changes nothing', async () => {
  const [kept, gone, added] = await lowWallets(3)
  if (!kept || !gone || !added) throw new Error('no wallets')
  const [funded, other] = chain.inference.map(({ address }) => address)
  const keys = join(folder, 'keys-of-sighup.txt')
  const keysFor = (low: readonly LowWallet[]) =>
    files.writeFileSync(keys, low.map(({ wallet }, at) => `${wallet.privateKey} wallet-${at}`).join('\n'), {
      mode: 0o600,
    })
  const file = join(folder, 'sighup.json')
  const write = (providers: readonly (string | undefined)[], more: object = {}) =>
    files.writeFileSync(
      file,
      JSON.stringify({
        intervalMs: 300,
        wallets: { file: keys },
        policies: [{ wallets: '*', defaults: EXACT_TERMS, providers: providers.map((provider) => ({ provider })) }],
        ...more,
      }),
    )
  const paidFor = async (low: LowWallet) => Object.keys((await outcomeOf(chain, low)).paid)
  keysFor([kept, gone])
  write([funded])
  const running = start(['fleet', '--config', file, '--yes', ...place])
  let readings = 0
  // Each signal waits for its own answer: two that are pending at once are one to a process.
  const reread = async (words: string) => {
    process.kill(running.pid, 'SIGHUP')
    const isAnswer = (line: string) => line.startsWith(`${file} is read`) || line.startsWith('The old config stays')
    expect(await running.line(isAnswer, ++readings)).toBe(words)
  }
  const isOpen = (low: LowWallet) => (line: string) =>
    line.includes(low.wallet.address) && line.includes('"state":"open"')
  await running.line(isOpen(gone))
  await until(async () => (await paidFor(kept)).length === 1 && (await paidFor(gone)).length === 1)

  write([funded], { policies: [{ wallets: '*', providers: [{ provider: '0x1' }] }] })
  await reread(
    `The old config stays in effect. ${file}: policies[0].providers[0].provider: an address; this is "0x1". In mixed case the checksum must hold.`,
  )
  keysFor([kept, kept])
  write([funded])
  await reread(`The old config stays in effect. ${keys} has a key twice.`)

  keysFor([kept, added])
  await reread(`${file} is read again: 1 added, 1 removed, 0 with another policy.`)
  await running.line(isOpen(added))
  await until(async () => (await paidFor(added)).length === 1)
  write([other], { budget: { amount: '100', per: '1h' } })
  await reread(
    `${file} is read again: 0 added, 0 removed, 2 with another policy. Changes of budget take effect at the next start.`,
  )
  await until(async () => (await paidFor(kept)).length === 2 && (await paidFor(added)).length === 2)
  // A budget of a wallet is set when its broker is opened: it is opened anew.
  write([funded, other], {
    policies: [
      {
        wallets: '*',
        budget: { amount: '9', per: '1h' },
        defaults: EXACT_TERMS,
        providers: [funded, other].map((provider) => ({ provider })),
      },
    ],
  })
  await reread(`${file} is read again: 0 added, 0 removed, 2 with another policy.`)

  running.interrupt()
  expect((await running.ended).code).toBe(0)
  const { paid } = await outcomeOf(chain, gone)
  expect(Object.keys(paid)).toEqual([funded])
  expect(await outcomes([kept, added])).toEqual([kept, added].map(paidOnce))
})

test.for<[string, object | null, string[], string]>([
  [
    'a URL in --database',
    null,
    ['--database', 'postgres://og:secret-word@host/db'],
    'names an environment variable, such as OG_DATABASE_URL',
  ],
  ['a variable that is not set', null, ['--database', 'NOT_SET'], 'No database: set NOT_SET in the environment.'],
  [
    'a key in the config',
    { wallets: { file: `0x${'ab'.repeat(32)}` }, policies: [{ wallets: '*' }] },
    [],
    'this looks like a key',
  ],
  ['no wallets', { policies: [{ wallets: '*' }] }, [], 'wallets: it is missing'],
  [
    'a field that it does not have',
    { wallets: { folder: 'x' }, policies: [] },
    [],
    'wallets.folder: there is no such field',
  ],
])('%s is refused before anything is done', async ([, config, more, sentence]) => {
  const keys = join(folder, 'keys.txt')
  files.writeFileSync(keys, `0x${'12'.repeat(32)}\n`, { mode: 0o600 })
  const file = write(config ?? { wallets: { file: keys }, policies: [{ wallets: '*' }] })
  const { code, stderr } = await run(['fleet', '--config', file, '--yes', ...more, ...place])
  expect(code).toBe(2)
  expect(stderr).toContain(sentence)
  expect(stderr).not.toMatch(/secret-word|abab/)
})

test('a file of keys that other users may read is refused', async () => {
  const keys = join(folder, 'open.txt')
  files.writeFileSync(keys, `0x${'12'.repeat(32)}\n`)
  files.chmodSync(keys, 0o644)
  const file = write({ wallets: { file: keys }, policies: [{ wallets: '*' }] })
  const { code, stderr } = await run(['fleet', '--config', file, '--yes', ...place])
  expect([code, stderr]).toEqual([2, expect.stringContaining('Other users may read the keys') as string])
})

test.for<[string, { twice?: true; password?: string }, string]>([
  ['a key in two keystores', { twice: true, password: 'right' }, 'has a key twice.'],
  ['keystores without a password', {}, 'needs its password: set KEYSTORE_PASSWORD.'],
  ['a wrong password', { password: 'wrong-word' }, 'The keystore does not open with this password.'],
])('%s is refused before anything is done', async ([, { twice, password }, sentence]) => {
  const keystores = files.mkdtempSync(join(folder, 'refused-'))
  const { address, privateKey } = Wallet.createRandom()
  const text = await encryptKeystoreJson({ address, privateKey }, 'right', { scrypt: { N: 2 } })
  for (const name of twice ? ['a.json', 'b.json'] : ['a.json']) files.writeFileSync(join(keystores, name), text)
  const file = write({ wallets: { keystores }, policies: [{ wallets: '*' }] })
  const env = password === undefined ? {} : { KEYSTORE_PASSWORD: password }
  const { code, stdout, stderr } = await run(['fleet', '--config', file, '--yes', ...place], env)
  expect([code, stderr]).toEqual([2, expect.stringContaining(sentence) as string])
  expect(stdout + stderr).not.toContain('wrong-word')
})

test.for<[string, (url: string) => string, number, string]>([
  ['a wrong password', (url) => url.replace(/og:[^@]*@/, 'og:secret-word@'), 1, 'refuses the password of the role.'],
  ['a wrong port', (url) => url.replace(/:\d+\//, ':1/'), 1, 'reason: connect ECONNREFUSED 127.0.0.1:1'],
  ['a wrong name', (url) => `${url}x`, 1, 'has no database of this name.'],
  [
    'TLS that it lacks',
    (url) => `${url}?sslmode=verify-full`,
    1,
    'reason: The server does not support SSL connections',
  ],
  ['no URL', () => 'secret-word', 2, 'FLEET_DB has no URL of a Postgres database'],
  ['another URL', () => 'https://og:secret-word@host/og', 2, 'FLEET_DB has no URL of a Postgres database'],
])('a database with %s is refused in a sentence without secrets', async ([, bend, exit, sentence]) => {
  const keys = join(folder, 'database-keys.txt')
  files.writeFileSync(keys, `0x${'12'.repeat(32)}\n`, { mode: 0o600 })
  const file = write({ wallets: { file: keys }, policies: [{ wallets: '*' }] })
  const { code, stdout, stderr } = await run(['fleet', '--config', file, '--database', 'FLEET_DB', '--yes', ...place], {
    FLEET_DB: bend(postgres.url),
  })
  expect([code, stderr]).toEqual([exit, expect.stringContaining(sentence) as string])
  expect(stdout + stderr).not.toMatch(/secret-word|not-to-be-shown/)
})
