import { parseEther as og, type Wallet } from 'ethers'
import process from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact, type Call } from '../../../src/local/transact.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { startProxy } from '../../support/proxy.ts'
import { placeOf, run, start, type Ended } from './cli-process.ts'

const LOCK = 3600

let chain: LocalChain
let wallets: Wallet[]
let place: string[]
let alice: LocalProvider, bob: LocalProvider

beforeAll(async () => {
  chain = await localChain({ lockTime: LOCK, inferenceProviders: 2, fineTuningProviders: 0, wallets: 9 })
  wallets = [...chain.wallets]
  ;[alice, bob] = chain.inference as [LocalProvider, LocalProvider]
  place = placeOf(chain)
})
afterAll(() => chain[Symbol.asyncDispose]())

test('refunds lists pending refunds, and status shows them too', async () => {
  const wallet = await refunding('2', '0.5')
  const { refunds } = await chainState(wallet)
  const record = {
    provider: alice.address,
    serviceType: 'inference',
    amount: `${og('1.5')}`,
    requestedAt: refunds[0],
    unlocksAt: (refunds[0] ?? 0) + LOCK,
    claimable: false,
    drained: '0',
  }
  expect(await cli(wallet, 'refunds')).toMatchObject({ code: 0, json: [{ type: 'refund', ...record }], stderr: '' })
  expect(await cli(wallet, 'status')).toMatchObject({ code: 0, json: [{ type: 'position', refunds: [record] }] })
})

test('claim claims unlocked refunds, and leaves the rest', async () => {
  const wallet = await refunding('2', '0.5')
  const early = await cli(wallet, 'claim', '--yes')
  const { refunds } = await chainState(wallet)
  const unlocksAt = (refunds[0] ?? 0) + LOCK
  const nothing = { v: 1, type: 'receipt', command: 'claim', sent: false, locked: `${og('1.5')}`, unlocksAt }
  expect(early).toMatchObject({ code: 0, json: [nothing] })
  await chain.warp(LOCK)
  await chain.mine(30) // so that the chain looks as quick as it is
  const refused = await cli(wallet, 'retrieve', 'inference', '--provider', alice.address, '--yes')
  expect(refused).toMatchObject({ code: 1, json: [{ type: 'error', name: 'WouldLockError' }] })
  expect(refused.stderr).toContain('would be locked: 0.5 OG')
  expect(refused.stderr).toContain('og-ledger claim brings home what is unlocked')
  const claimed = await cli(wallet, 'claim', '--provider', alice.address, '--yes')
  expect(claimed).toMatchObject({
    code: 0,
    json: [{ type: 'receipt', command: 'claim', claimed: `${og('1.5')}`, putBack: `${og('0.5')}`, success: true }],
  })
  expect(await chainState(wallet)).toEqual({ ledger: og('9.5'), free: og('0.5'), pending: 0n, refunds: [] })
  const forced = await cli(wallet, 'retrieve', 'inference', '--provider', alice.address, '--force', '--yes')
  expect(forced).toMatchObject({ code: 0 })
  expect(await chainState(wallet)).toMatchObject({ free: 0n, pending: og('0.5') })
})

test('a claim that is killed between its two transactions is completed by the next claim', async () => {
  const wallet = await refunding('2', '0.5')
  await chain.warp(LOCK)
  await chain.mine(30)
  await chain.setAutomine(false)
  const claiming = start(['claim', '--yes', ...place], { PRIVATE_KEY: wallet.privateKey })
  await claiming.line((line) => line.startsWith('retrieveFund was sent as'))
  await chain.mine()
  await claiming.line((line) => line.startsWith('retrieveFund was mined'))
  process.kill(claiming.pid, 'SIGKILL')
  await claiming.ended
  await chain.setAutomine(true)
  await chain.mine() // what it may have sent last
  await cli(wallet, 'claim', '--yes')
  expect(await chainState(wallet)).toEqual({ ledger: og('9.5'), free: og('0.5'), pending: 0n, refunds: [] })
  expect(await chain.provider.getTransactionCount(wallet.address)).toBe(6)
})

test('a claim whose put-back fails says why, and retries until it succeeds', async () => {
  const wallet = await refunding('2', '0.5')
  await chain.warp(LOCK)
  await using proxy = await startProxy(chain.anvil.url)
  // Fails from the second transaction on.
  const removeFault = proxy.fault(({ method, index }) =>
    method === 'eth_estimateGas' && index > 0
      ? { kind: 'rpc', code: -32000, message: 'insufficient funds' }
      : undefined,
  )
  const claiming = start(['claim', '--yes', ...placeOf(chain, { url: proxy.url })], { PRIVATE_KEY: wallet.privateKey })
  expect(await claiming.line((line) => line.startsWith('what was free'))).toBe(
    'what was free before a claim is not put back yet; trying again: The wallet cannot pay for this transaction.',
  )
  removeFault()
  expect(await claiming.ended).toMatchObject({ code: 0 })
  expect(await chainState(wallet)).toEqual({ ledger: og('9.5'), free: og('0.5'), pending: 0n, refunds: [] })
})

test('retrieve leaves out a sub-account whose put-back is refused, says why, and ends with exit code 1', async () => {
  const wallet = await refunding('2', '0.5')
  await transact(wallet, [callOf(chain.contracts.ledger, 'transferFund', [bob.address, 'inference-v1.0', og('1')])])
  await chain.warp(LOCK)
  await using proxy = await startProxy(chain.anvil.url)
  const { selector } = chain.contracts.ledger.interface.getFunction('transferFund') ?? { selector: '' }
  proxy.fault(({ method, params }) =>
    method === 'eth_estimateGas' && (params[0] as { data: string }).data.startsWith(selector)
      ? { kind: 'rpc', code: -32000, message: 'txpool is full' }
      : undefined,
  )
  const on = (...args: string[]) =>
    start([...args, '--yes', '--json', ...placeOf(chain, { url: proxy.url })], { PRIVATE_KEY: wallet.privateKey })
  const claiming = on('claim', '--provider', alice.address)
  await claiming.line((line) => line.startsWith('what was free'))
  claiming.interrupt()
  expect(await claiming.ended).toMatchObject({ code: 130 })

  const { code, stderr, json } = await on('retrieve', 'inference').ended
  expect({ code, json: json() }).toMatchObject({
    code: 1,
    json: [
      {
        v: 1,
        type: 'receipt',
        command: 'retrieve',
        success: true,
        leftOut: [
          {
            provider: alice.address,
            serviceType: 'inference',
            error: 'PutBackPendingError',
            facts: { amount: '0.5 OG', reason: expect.stringContaining('txpool is full') as string },
          },
        ],
      },
    ],
  })
  expect(stderr).toContain(`The inference sub-account with ${alice.address} was left out: What was free before`)
  expect(await cli(wallet, 'claim', '--yes')).toMatchObject({ code: 0, json: [{ putBack: `${og('0.5')}` }] })
})

test('refund names the possible amounts, and refund all says what stays', async () => {
  const wallet = await refunding('2', '0.5')
  const refused = await cli(wallet, 'refund', '6', '--yes')
  expect(refused).toMatchObject({ code: 1, json: [{ type: 'error' }] })
  expect(refused.stderr).toContain('withdraw at most 5 OG, or everything: 8 OG')
  const all = await cli(wallet, 'refund', 'all', '--yes')
  expect(all).toMatchObject({ code: 0, json: [{ type: 'receipt', command: 'refund', success: true }] })
  expect(all.stderr).toContain('amount   8 OG: everything that is available\n')
  expect(all.stderr).toContain('stays    2 OG in 1 sub-account')
  expect(await chainState(wallet)).toMatchObject({ ledger: 0n, free: og('0.5'), pending: og('1.5') })
  const nothing = await cli(wallet, 'refund', 'all', '--yes')
  expect(nothing).toMatchObject({ code: 1, stderr: expect.stringContaining('There is nothing to withdraw.') as string })
})

test('auto-fund --auto-claim claims unlocked refunds, and takes a top-up from a pending refund first', async () => {
  const wallet = await refunding('3', '1')
  const options = [
    '--target',
    '2x',
    '--auto-claim',
    '--on-pending-refund',
    'reuse',
    '--interval-ms',
    '100',
    '--yes',
    '--json',
  ]
  const funding = start(['auto-fund', alice.address, ...options, ...place], { PRIVATE_KEY: wallet.privateKey })
  const line = await funding.line((one) => one.includes('"topUps":1') && one.includes('"reason":"sufficient"'))
  expect(JSON.parse(line)).toMatchObject({ ledger: { available: `${og('7')}` }, refunds: [{ amount: `${og('1')}` }] })
  await chain.warp(LOCK)
  await funding.line((one) => one.includes(`"available":"${og('8')}"`) && one.includes('"refunds":[]'))
  funding.interrupt()
  expect(await funding.ended).toMatchObject({ code: 0 })
  expect(await chainState(wallet)).toEqual({ ledger: og('8'), free: og('2'), pending: 0n, refunds: [] })
})

test('idle money is shown by plan, status and watch, and asked back by auto-fund --reclaim-idle', async () => {
  const wallet = await refunding('3', '3') // all of it is free again
  await chain.warp(2 * LOCK)
  await chain.mine(30)
  const when = ['--reclaim-idle', '2h', '--reclaim-keep', '1.2', '--reclaim-when', 'always']
  const reclaim = { amount: `${og('1.8')}`, wait: null }
  expect(await cli(wallet, 'plan', ...when, '--json')).toMatchObject({ json: [{ decisions: [{ reclaim }] }] })
  expect(await cli(wallet, 'status', ...when, '--json')).toMatchObject({
    json: [{ subAccounts: [{ plan: { reclaim } }] }],
  })
  const watching = start(['watch', ...when, '--interval-ms', '100', '--json', ...place], {
    PRIVATE_KEY: wallet.privateKey,
  })
  await watching.line((one) => one.includes('"reclaim"') && one.includes('"wait":null'))
  watching.interrupt()
  await watching.ended
  const options = [...when, '--interval-ms', '100', '--yes', '--json']
  const funding = start(['auto-fund', alice.address, ...options, ...place], { PRIVATE_KEY: wallet.privateKey })
  await funding.line((one) => one.includes('"wait":"reclaiming"'))
  await chain.warp(LOCK)
  await funding.line((one) => one.includes('"wait":"nothing-free"'))
  funding.interrupt()
  const { code, stderr } = await funding.ended
  expect([code, stderr]).toEqual([
    0,
    expect.stringContaining('what is free beyond 1.2 OG comes back after 2h without use\n') as string,
  ])
  expect(await chainState(wallet)).toEqual({ ledger: og('8.8'), free: og('1.2'), pending: 0n, refunds: [] })
})

test('wrong options are refused before anything is read', async () => {
  const [wallet] = wallets
  if (!wallet) throw new Error('no wallet is left')
  expect(await cli(wallet, 'claim', '--service', 'inference', '--yes')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--service goes with --provider.') as string,
  })
  expect(await cli(wallet, 'retrieve', 'inference', '--force', '--yes')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--force goes with --provider.') as string,
  })
  expect(await cli(wallet, 'refund', 'everything', '--yes')).toMatchObject({ code: 2 })
  const refusals = await Promise.all(
    [
      ['--reclaim-keep', '1'],
      ['--reclaim-idle', '7'],
      ['--reclaim-idle', '2m'],
      ['--reclaim-idle', '7d', '--reclaim-when', 'never'],
      ['--reclaim-idle', '7d', '--reclaim-keep', '-1'],
    ].map(async (options) => (await cli(wallet, 'plan', ...options)).stderr.split(' og-ledger plan --help')[0]),
  )
  expect(refusals).toEqual([
    '--reclaim-keep and --reclaim-when go with --reclaim-idle.',
    '--reclaim-idle: a number and s, m, h or d, such as "6h"; this is "7".',
    '--reclaim-idle: from 1h to 31d; this is "2m".',
    '--reclaim-when is one of needed, always; this is "never".',
    '--reclaim-keep -1 is not possible: no number here is negative.',
  ])
})

type Outcome = Omit<Ended, 'json'> & { json: unknown[] }

async function cli(wallet: Wallet, ...args: string[]): Promise<Outcome> {
  const ended = await run([...args, ...place], { PRIVATE_KEY: wallet.privateKey })
  return { ...ended, json: ended.json() }
}

/** A wallet with 10 OG, part of them in a sub-account: all of that but `free` is asked back. */
async function refunding(amount: string, free: string): Promise<Wallet> {
  const wallet = wallets.shift()
  if (!wallet) throw new Error('no wallet is left')
  const { ledger } = chain.contracts
  const name = 'inference-v1.0'
  const calls: Call[] = [
    callOf(ledger, 'addLedger', [''], og('10')),
    callOf(ledger, 'transferFund', [alice.address, name, og(amount)]),
    callOf(ledger, 'retrieveFund', [[alice.address], name]),
    callOf(ledger, 'transferFund', [alice.address, name, og(free)]),
  ]
  await transact(wallet, calls)
  return wallet
}

type Account = { balance: bigint; pendingRefund: bigint; refunds: { createdAt: bigint }[]; validRefundsLength: bigint }

async function chainState(wallet: Wallet) {
  const { ledger, inference } = chain.contracts
  const [, available] = (await ledger.getFunction('getLedger')(wallet.address)) as [string, bigint]
  const account = (await inference.getFunction('getAccount')(wallet.address, alice.address)) as Account
  const { balance, pendingRefund: pending, refunds, validRefundsLength } = account
  const active = refunds.slice(0, Number(validRefundsLength)).map(({ createdAt }) => Number(createdAt))
  return { ledger: available, free: balance - pending, pending, refunds: active }
}
