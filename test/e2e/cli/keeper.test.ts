import { parseEther as og, type Wallet } from 'ethers'
import * as files from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { createBroker, stateDirectory, type Position } from '../../../src/index.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { until } from '../../support/until.ts'
import { placeOf, run, start, type Running } from './cli-process.ts'

let chain: LocalChain
let place: string[]
let provider: LocalProvider
let wallets: Wallet[]

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 6 })
  place = placeOf(chain)
  const [one] = chain.inference
  if (!one) throw new Error('no provider')
  provider = one
  wallets = [...chain.wallets]
})
afterAll(() => chain[Symbol.asyncDispose]())

test('commands of another process are sent by the one that keeps the wallet, which goes on', async () => {
  const wallet = await nextWallet('3')
  const keeper = await keep(wallet)
  const deposited = await send(wallet, 'deposit', '5')
  expect(deposited).toMatchObject({ code: 0, json: [{ type: 'receipt', command: 'deposit', sent: true, status: 1 }] })
  expect(deposited.stderr).toContain(`Process ${keeper.pid} keeps this wallet, and sends it.\n`)
  const { ledger, subAccounts } = await positionOf(wallet)
  expect([ledger?.total, subAccounts[0]?.available]).toEqual([og('8'), og('2')])

  const ensured = await send(wallet, 'ensure', provider.address, '1')
  expect(ensured.json).toMatchObject([{ command: 'ensure', sent: false }])
  const usual = await send(wallet, 'ensure', provider.address)
  expect(usual).toMatchObject({ code: 0, json: [{ command: 'ensure', sent: false }] })
  const refused = await send(wallet, 'retrieve', 'inference', '--provider', provider.address)
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('Retrieving would lock what is free there, and the provider would stop serving.')
  expect(refused.stderr).not.toContain('Another process sends transactions')
  const withdrawn = await send(wallet, 'refund', '1')
  expect(withdrawn.json).toMatchObject([{ command: 'refund', sent: true, status: 1 }])
  expect((await positionOf(wallet)).ledger?.total).toBe(og('7'))

  keeper.interrupt()
  expect(await keeper.ended).toMatchObject({ code: 0 })
  const alone = await send(wallet, 'deposit', '1')
  expect(alone.stderr).not.toContain('keeps this wallet')
})

test('pause and resume hold auto-funding of that process', async () => {
  const wallet = await nextWallet('6')
  const keeper = await keep(wallet)
  const paused = await look(wallet, 'pause', provider.address)
  expect(paused).toEqual([
    { v: 1, type: 'paused', process: keeper.pid, provider: provider.address, service: 'inference', subAccounts: 1 },
  ])
  await provider.settle(wallet.address, og('1'))
  await keeper.line((line) => line.includes('"reason":"paused"') && line.includes(`"available":"${og('1')}"`))
  expect(await look(wallet, 'resume')).toMatchObject([{ type: 'resumed', provider: null, subAccounts: 1 }])
  await until(async () => (await positionOf(wallet)).subAccounts[0]?.available === og('2'))
  keeper.interrupt()
  await keeper.ended
})

test('approve answers what awaits approval, without a terminal', async () => {
  const wallet = await nextWallet('6')
  const keeper = await keep(wallet, '--approve')
  const asked = await keeper.line((line) => line.includes('Answer by og-ledger approve 1, or with --deny.'))
  expect(asked).toMatch(/^Top up inference 0x\w+ by 2 OG\? y or n/)
  expect(await look(wallet, 'approve')).toMatchObject([{ type: 'question', question: 1 }])
  expect(await look(wallet, 'approve', '1')).toEqual([{ v: 1, type: 'answered', question: 1, approved: true }])
  await until(async () => (await positionOf(wallet)).subAccounts[0]?.available === og('2'))
  const again = await run(['approve', '1', ...place], { PRIVATE_KEY: wallet.privateKey })
  expect([again.code, again.stderr]).toEqual([1, 'Question 1 is not open any more.\n'])
  await provider.settle(wallet.address, og('1'))
  await keeper.line((line) => line.includes('approve 2, or with --deny'))
  expect(await look(wallet, 'approve', '2', '--deny')).toEqual([
    { v: 1, type: 'answered', question: 2, approved: false },
  ])
  keeper.interrupt()
  await keeper.ended
  expect((await positionOf(wallet)).subAccounts[0]?.available).toBe(og('1'))
})

test('a keeper that is killed before it answers: the command says so, and what was sent is mined once', async () => {
  const wallet = await nextWallet('3')
  const first = await keep(wallet)
  await chain.setAutomine(false)
  const asking = start(['deposit', '5', '--yes', ...place], { PRIVATE_KEY: wallet.privateKey })
  await asking.line((line) => line.includes('keeps this wallet'))
  await until(
    async () => (await chain.provider.getTransactionCount(wallet.address, 'pending')) > (await nonceOf(wallet)),
  )
  // A command that is repeated while the same payment is on its way pays nothing.
  const repeated = await send(wallet, 'deposit', '5')
  expect([repeated.code, repeated.stderr]).toEqual([
    1,
    expect.stringContaining('Nothing was sent: --yes does not pay twice.'),
  ])
  process.kill(first.pid, 'SIGKILL')
  const { code, stderr } = await asking.ended
  expect(code).toBe(1)
  expect(stderr).toContain(`The process that keeps this wallet ended before it answered.\n`)
  expect(stderr).toContain('do:      look at og-ledger transactions before you repeat the command')
  await chain.setAutomine(true)
  await chain.mine()

  // The socket that it left behind is free for the next one.
  const second = await keep(wallet)
  expect((await positionOf(wallet)).ledger?.total).toBe(og('8'))
  expect((await send(wallet, 'deposit', '1')).stderr).toContain(`Process ${second.pid} keeps this wallet`)
  second.interrupt()
  await second.ended
})

test('its socket is for this user alone, and refuses other versions and other wallets in words', async () => {
  const wallet = await nextWallet('3')
  const keeper = await keep(wallet)
  const [socket = ''] = files.readdirSync(stateDirectory()).filter((name) => name.startsWith('keeper-'))
  const path = join(stateDirectory(), socket)
  expect(files.statSync(path).mode & 0o777).toBe(0o600)
  const { version } = JSON.parse(files.readFileSync('package.json', 'utf8')) as { version: string }
  const questions = { type: 'questions', wallet: wallet.address }
  const answers = await Promise.all([
    exchange(path, JSON.stringify({ ...questions, version })),
    exchange(path, JSON.stringify({ ...questions, version: '0.0.9' })),
    exchange(path, JSON.stringify({ ...questions, version, wallet: provider.address })),
    exchange(path, 'hello'),
  ])
  expect(answers).toMatchObject([
    { type: 'done', result: [] },
    { type: 'failed', message: expect.stringContaining('of another version') as unknown },
    { type: 'failed', message: expect.stringContaining('keeps another wallet') as unknown },
    { type: 'failed' },
  ])
  keeper.interrupt()
  await keeper.ended
})

test('without a keeper, pause and approve say which commands are one', async () => {
  const wallet = await nextWallet('3')
  const result = await run(['pause', ...place], { PRIVATE_KEY: wallet.privateKey })
  expect([result.code, result.stderr]).toEqual([
    1,
    `No process of this user and machine keeps ${wallet.address} and takes commands: auto-fund and serve do while they run.\n`,
  ])
})

/** A wallet with a ledger. */
async function nextWallet(deposit: string): Promise<Wallet> {
  const wallet = wallets.shift()
  if (!wallet) throw new Error('no wallet is left')
  await send(wallet, 'add-ledger', deposit)
  return wallet
}

/** auto-fund, once it has shown a first position, and has filled the sub-account unless it asks first. */
async function keep(wallet: Wallet, ...more: string[]): Promise<Running> {
  const options = ['--target', '2x', '--interval-ms', '100', '--yes', ...more]
  const keeper = start(['auto-fund', provider.address, ...options, ...place], { PRIVATE_KEY: wallet.privateKey })
  await keeper.line((line) => (more.length > 0 ? line.startsWith('{') : line.includes('"reason":"sufficient"')))
  return keeper
}

async function send(wallet: Wallet, ...words: string[]) {
  const ended = await run([...words, '--yes', ...place], { PRIVATE_KEY: wallet.privateKey })
  return { ...ended, json: ended.json() }
}

async function look(wallet: Wallet, ...words: string[]): Promise<unknown[]> {
  return (await run([...words, ...place], { PRIVATE_KEY: wallet.privateKey })).json()
}

async function positionOf({ address }: Wallet): Promise<Position> {
  const broker = await createBroker({ provider: chain.provider, address, network: chain.network })
  try {
    return await broker.position()
  } finally {
    await broker.close()
  }
}

const nonceOf = ({ address }: Wallet) => chain.provider.getTransactionCount(address, 'latest')

/** The last line that the keeper answers to a line. */
function exchange(path: string, line: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => socket.write(`${line}\n`))
    let text = ''
    socket.setEncoding('utf8').on('data', (more: string) => (text += more))
    socket.on('error', reject)
    socket.on('close', () => resolve(JSON.parse(text.trim().split('\n').at(-1) ?? 'null')))
  })
}
