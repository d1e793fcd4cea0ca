import * as files from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEther as og, type Wallet } from 'ethers'
import { afterAll, beforeAll, test } from 'vitest'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { ask, hello, visit } from '../../support/visitor.ts'
import { helpOf, placeOf, run, start, type Running } from './cli-process.ts'

let chain: LocalChain, folder: string, place: string[], alice: LocalProvider

beforeAll(async () => {
  folder = files.mkdtempSync(join(tmpdir(), 'og-ledger-'))
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 4 })
  ;[alice] = chain.inference as [LocalProvider]
  place = placeOf(chain)
})
afterAll(async () => {
  files.rmSync(folder, { recursive: true })
  await chain[Symbol.asyncDispose]()
})

test.concurrent('watch --ui serves a read-only page that shows what would be done', async ({ expect }) => {
  const wallet = await walletWith('10', '1.5')
  const watching = start(['watch', '--ui', '--ui-port', '0', '--address', wallet.address, ...place])
  const url = await pageOf(watching)
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
  const visitor = await visit(url)
  await visitor.seen('decision', { action: 'top-up' })
  visitor.leave()
  expect(await hello(url)).toMatchObject({ wallet: wallet.address, actions: [], dryRun: true })
  watching.interrupt()
  expect(await watching.ended).toMatchObject({ code: 0, stderr: `The page is at ${url}\n` })
})

test.concurrent(
  'auto-fund --ui --control asks on the page, once its token is given, and records what happened',
  async ({ expect }) => {
    const wallet = await walletWith('10', '1.5')
    const file = join(folder, 'approved.jsonl')
    const options = ['--ui', '--ui-port', '0', '--control', '--approve', '--yes', '--record', file]
    const funding = start(['auto-fund', alice.address, ...options, ...place], { PRIVATE_KEY: wallet.privateKey })
    const { href, hash } = new URL(await pageOf(funding))
    const [, token = ''] = /^#token=([\w-]{32})$/.exec(hash) ?? []
    const visitor = await visit(href)
    await visitor.seen('transition', { to: 'awaitingApproval' })
    const amount = `${og('1.5')}`
    const approve = (headers: Record<string, string>) => {
      const body = JSON.stringify({ action: 'approve', provider: alice.address, serviceType: 'inference', amount })
      return ask(new URL('api/control', href), { method: 'POST', headers, body })
    }
    expect((await approve({})).status).toBe(403)
    expect((await approve({ 'x-og-ledger-token': token })).status).toBe(202)
    await visitor.seen('transition', { from: 'settling' })
    visitor.leave()
    funding.interrupt()
    expect(await funding.ended).toMatchObject({ code: 0 })
    const [base, ...lines] = files.readFileSync(file, 'utf8').trim().split('\n').map(parsed)
    expect(base).toMatchObject({ type: 'base', protocol: 1, wallet: wallet.address })
    const edges = lines.filter(({ kind }) => kind === 'transition').map(({ edge }) => edge)
    expect(edges).toEqual(
      expect.arrayContaining([
        'watching|plan.propose|awaitingApproval',
        'awaitingApproval|approve done|toppingUp',
        'toppingUp|topUp done|settling',
      ]),
    )
    expect(new Set(lines.map(({ type }) => type))).toEqual(new Set(['entry', 'position']))
    const replayed = await run(['replay', file])
    expect(replayed).toMatchObject({ code: 0, stderr: '' })
  },
)

test.concurrent('auto-fund --ui --control asks about a deposit on the page, without a terminal', async ({ expect }) => {
  const wallet = await walletWith('10', '2')
  const levels = ['--deposit-trigger', '20', '--deposit-target', '30']
  const options = ['--ui', '--ui-port', '0', '--control', '--approve', '--yes', ...levels]
  const funding = start(['auto-fund', alice.address, ...options, ...place], { PRIVATE_KEY: wallet.privateKey })
  const { href, hash } = new URL(await pageOf(funding))
  const visitor = await visit(href)
  await visitor.seen('transition', { machine: 'autoDeposit', to: 'awaitingApproval' })
  const body = JSON.stringify({ action: 'approve-deposit', amount: visitor.state().autoDeposit?.amount })
  const headers = { 'x-og-ledger-token': hash.replace('#token=', '') }
  expect((await ask(new URL('api/control', href), { method: 'POST', headers, body })).status).toBe(202)
  await visitor.seen('transition', { machine: 'autoDeposit', from: 'settling' })
  visitor.leave()
  funding.interrupt()
  expect(await funding.ended).toMatchObject({ code: 0 })
  expect(visitor.state().autoDeposit).toMatchObject({ deposits: 1 })
})

test.concurrent('the demo serves a page unless --no-ui is given', async ({ expect }) => {
  const demo = start(['demo', '--providers', '2', '--ui-port', '0'])
  const visitor = await visit(await pageOf(demo))
  await visitor.seen('transition', { from: 'low', to: 'funded' })
  visitor.leave()
  demo.interrupt()
  expect(await demo.ended).toMatchObject({ code: 0, stderr: '' })
  const { code, stdout, stderr } = await run(['demo', '--providers', '1', '--no-ui', '--for', '2'])
  expect({ code, stderr, isServed: stdout.includes('page') }).toEqual({ code: 0, stderr: '', isServed: false })
})

test.concurrent('a port that is in use is refused, and so are options that need a page', async ({ expect }) => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const wallet = await walletWith('10', '2')
  const taken = await run(['watch', '--ui', '--ui-port', String(port), '--address', wallet.address, ...place])
  server.close()
  expect(taken.code).not.toBe(0)
  expect(taken.stderr).toContain(`port:   ${port}\nreason: EADDRINUSE`)
  const [port1, control] = await Promise.all([
    run(['watch', '--ui-port', '1', '--address', wallet.address]),
    run(['auto-fund', alice.address, '--control', '--yes']),
  ])
  expect([port1.stderr, control.stderr]).toEqual([
    `--ui-port is about the page: it needs --ui. ${helpOf('watch')}\n`,
    `--control is about the page: it needs --ui. ${helpOf('auto-fund')}\n`,
  ])
})

async function pageOf(running: Running): Promise<string> {
  return (await running.line((line) => line.startsWith('The page is at '))).replace('The page is at ', '')
}

async function walletWith(deposit: string, amount: string): Promise<Wallet> {
  const wallet = chain.wallets.pop()
  if (!wallet) throw new Error('The chain has too few wallets.')
  const { ledger } = chain.contracts
  await transact(wallet, [
    callOf(ledger, 'addLedger', [''], og(deposit)),
    callOf(ledger, 'transferFund', [alice.address, 'inference-v1.0', og(amount)]),
  ])
  return wallet
}

type Line = { type: string; kind?: string; edge?: string }

const parsed = (line: string): Line => JSON.parse(line) as Line
