import { parseEther as og, type Wallet } from 'ethers'
import * as files from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { helpOf, placeOf, run, start, type Ended } from './cli-process.ts'

let chain: LocalChain
let wallets: Wallet[]
let place: string[]
let folder: string
let first: LocalProvider, second: LocalProvider, tuner: LocalProvider

beforeAll(async () => {
  folder = files.mkdtempSync(join(tmpdir(), 'og-ledger-'))
  chain = await localChain({ wallets: 10 })
  wallets = [...chain.wallets]
  const [[one, two], [three]] = [chain.inference, chain.fineTuning]
  if (!one || !two || !three) throw new Error('The chain lacks a provider.')
  ;[first, second, tuner] = [one, two, three]
  place = placeOf(chain, { fineTuning: true })
})
afterAll(async () => {
  files.rmSync(folder, { recursive: true })
  await chain[Symbol.asyncDispose]()
})

describe.concurrent('plan', () => {
  test('shows what would be done for each sub-account and what to deposit, without a key', async () => {
    const wallet = nextWallet()
    await fund(wallet, '4', { provider: first, amount: '1.5' }, { provider: tuner, amount: '2.25' })
    await callRetrieve(wallet, tuner)
    const { code, stderr, json } = await look(wallet, 'plan')
    const limits = { maxTopUp: null, budgetLeft: null, coolingUntil: 0, ledgerReserve: '0' }
    const row = { required: wei('2'), target: wei('3'), burnRate: null, runway: null, limits }
    expect({ code, stderr, json }).toEqual({
      code: 0,
      stderr: '',
      json: [
        {
          v: 1,
          type: 'plan',
          block: { number: expect.any(Number) as number, timestamp: expect.any(Number) as number },
          wallet: { address: wallet.address, balance: wei(await chain.provider.getBalance(wallet.address)) },
          ledger: { available: wei('0.25'), total: wei('4'), locked: wei('3.75'), additionalInfo: '' },
          decisions: [
            {
              ...row,
              provider: first.address,
              serviceType: 'inference',
              state: 'low',
              available: wei('1.5'),
              pendingRefund: '0',
              deficit: wei('1.5'),
              action: 'top-up',
              amount: wei('0.25'),
              fromRefund: '0',
            },
            {
              ...row,
              provider: tuner.address,
              serviceType: 'fine-tuning',
              state: 'refunding',
              available: '0',
              pendingRefund: wei('2.25'),
              deficit: wei('3'),
              action: 'hold',
              reason: 'refund-pending',
            },
          ],
          shortfall: wei('1.25'),
          depositFor: { 1: wei('4.25'), 7: wei('4.25'), 30: wei('4.25') },
          burnRate: '0',
          ledgerDryAt: null,
          gasDryAt: null,
        },
      ],
    })
    const tuning = await look(wallet, 'plan', '--service', 'fine-tuning')
    expect(tuning.json).toMatchObject([{ decisions: [{ provider: tuner.address }], shortfall: wei('1.25') }])
  })

  test('measures the burn with --for, and Ctrl-C ends that with the plan', async () => {
    const wallet = nextWallet()
    await fund(wallet, '4', { provider: first, amount: '2' })
    const planning = start(['plan', '--address', wallet.address, '--for', '3600', ...place])
    await planning.line((line) => line.startsWith('Measuring the burn for 3600 s'))
    planning.interrupt()
    const { code, json } = await planning.ended
    expect({ code, json: json() }).toMatchObject({
      code: 0,
      json: [{ type: 'plan', decisions: [{ action: 'hold', reason: 'sufficient' }], shortfall: '0' }],
    })
  })

  test('status shows shortfall and deposits, too', async () => {
    const wallet = nextWallet()
    await fund(wallet, '3', { provider: first, amount: '1' }, { provider: second, amount: '1.5' })
    const { json } = await look(wallet, 'status')
    expect(json).toMatchObject([
      { type: 'position', shortfall: wei('3'), depositFor: { 1: wei('3'), 7: wei('3'), 30: wei('3') } },
    ])
  })
})

describe.concurrent('a recording', () => {
  test('of watch is replayed: charges, the recorded top-ups, and those of another policy', async () => {
    const wallet = nextWallet()
    await fund(wallet, '10', { provider: first, amount: '2' })
    const file = join(folder, 'watched.jsonl')
    const watching = start(['watch', '--address', wallet.address, '--interval-ms', '100', '--record', file, ...place])
    const shown = (amount: string) => watching.line((line) => line.includes(`"available":"${wei(amount)}","claimable"`))
    await shown('2')
    await first.settle(wallet.address, og('0.5'))
    await shown('1.5')
    await first.settle(wallet.address, og('0.25'))
    await shown('1.25')
    const transfer = callOf(chain.contracts.ledger, 'transferFund', [first.address, 'inference-v1.0', og('3')])
    await transact(wallet, [transfer])
    await shown('4.25')
    watching.interrupt()
    expect(await watching.ended).toMatchObject({ code: 0, stderr: '' })
    expect(files.statSync(file).mode & 0o777).toBe(0o600)
    const lines = files.readFileSync(file, 'utf8').split('\n')
    expect(lines[0]).toMatch(/^\{"type":"base","protocol":1,/)
    expect(lines.filter((one) => one.startsWith('{"type":"entry"')).length).toBeGreaterThan(4)
    const line = lines.find((one) => one.startsWith('{"type":"position"')) ?? ''
    expect(JSON.parse(line)).toEqual({
      type: 'position',
      block: { number: expect.any(Number) as number, timestamp: expect.any(Number) as number },
      wallet: { address: wallet.address, balance: expect.stringMatching(/^\d+$/) as string },
      ledger: { available: wei('8'), total: wei('10'), locked: wei('2'), additionalInfo: '' },
      subAccounts: [
        {
          provider: first.address,
          serviceType: 'inference',
          balance: wei('2'),
          pendingRefund: '0',
          available: wei('2'),
          claimable: '0',
          refunds: [],
          acknowledged: true,
          tokensRevoked: false,
        },
      ],
      circumstances: {
        minLockedBalance: wei('1'),
        minTransfer: wei('1'),
        minLedgerBalance: wei('3'),
        lockTimes: { inference: expect.any(Number) as number, 'fine-tuning': 3_600 },
        gasReserve: expect.stringMatching(/^\d+$/) as string,
        unsettledFees: null,
      },
    })
    files.appendFileSync(file, line.slice(0, 50))
    const policy = config('policy.json', { defaults: { maxTopUp: '0.2' } })
    const { code, stderr, json } = await run(['replay', file, '--policy', policy])
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'The last line is torn and left out.\n' })
    const account = {
      provider: first.address,
      serviceType: 'inference',
      charged: wei('0.75'),
      unpaid: '0',
      secondsBelow: 0,
    }
    const real = { topUps: 1, paid: wei('3') }
    expect(json()).toMatchObject([
      {
        v: 1,
        type: 'replay',
        policy: { secondsBelow: 0, subAccounts: [{ ...account }] },
        recorded: { ...real, smallestLedger: wei('3'), secondsBelow: 0, subAccounts: [{ ...account, ...real }] },
        unrecorded: ['unsettledFees'],
      },
    ])
    const [{ policy: made }] = json() as [{ policy: { topUps: number; paid: string; smallestLedger: string } }]
    expect(made).toMatchObject({ paid: wei(og('0.2') * BigInt(made.topUps)), smallestLedger: made.paid })
    expect(made.topUps).toBeGreaterThan(0)
  })

  test('of auto-fund shows its top-ups', async () => {
    const wallet = nextWallet()
    await fund(wallet, '10', { provider: first, amount: '1.5' })
    const file = join(folder, 'funded.jsonl')
    const options = ['--interval-ms', '100', '--target', '3x', '--record', file, '--yes']
    const funding = start(['auto-fund', first.address, ...options, ...place], { PRIVATE_KEY: wallet.privateKey })
    await funding.line((line) => line.includes(`"available":"${wei('3')}","claimable"`))
    funding.interrupt()
    expect(await funding.ended).toMatchObject({ code: 0 })
    const { json } = await run(['replay', file])
    const recorded = { topUps: 1, paid: wei('1.5'), smallestLedger: wei('1.5') }
    expect(json()).toMatchObject([{ recorded, unrecorded: [] }])
  })

  test('that is another file is refused', async () => {
    const [diary, missing] = [join(folder, 'diary'), join(folder, 'missing')]
    files.writeFileSync(diary, 'dear diary\n')
    const [other, gone, recording] = await Promise.all([
      run(['replay', diary]),
      run(['replay', missing]),
      run(['watch', '--address', first.address, '--record', diary, ...place]),
    ])
    expect([other, gone, recording].map(({ code, stderr }) => [code, stderr])).toEqual([
      [2, `${diary} is no recording. Line 1 is no recorded position. ${helpOf('replay')}\n`],
      [2, `${missing} cannot be read. ${helpOf('replay')}\n`],
      [2, `${diary} is no recording: nothing is added to it. ${helpOf('watch')}\n`],
    ])
    expect(files.readFileSync(diary, 'utf8')).toBe('dear diary\n')
  })
})

describe.concurrent('auto-fund --config', () => {
  test('funds each provider on its own terms, and SIGHUP changes them', async () => {
    const wallet = nextWallet()
    await fund(wallet, '20', { provider: first, amount: '1' }, { provider: second, amount: '1' })
    const one = { provider: first.address, target: '3' }
    const tuning = { provider: tuner.address, service: 'fine-tuning' }
    const { ledger, inference, fineTuning } = chain.network
    const own = { chainId: 31337, ledger, inference, fineTuning }
    const file = config('funding.json', {
      network: own,
      intervalMs: 100,
      providers: [one, { provider: second.address }],
    })
    const env = { PRIVATE_KEY: wallet.privateKey, OG_RPC_URL: chain.anvil.url }
    const funding = start(['auto-fund', '--config', file, '--yes'], env)
    const shown = (provider: LocalProvider, available: string, topUps: number) =>
      funding.line(
        (line) =>
          (JSON.parse(line.startsWith('{') ? line : '{}') as Shown).subAccounts?.some(
            (account) =>
              account.provider === provider.address &&
              account.available === wei(available) &&
              account.autoFunding?.topUps === topUps,
          ) ?? false,
      )
    await Promise.all([shown(first, '3', 1), shown(second, '3', 1)])

    files.writeFileSync(file, '{ "providers": [], }')
    process.kill(funding.pid, 'SIGHUP')
    await funding.line((line) =>
      line.startsWith(`The old config stays in effect. ${file}: This is not JSON from line 1 on;`),
    )
    await first.settle(wallet.address, og('1.25'))
    await shown(first, '3', 2)

    // One gets other terms, one is removed and one is added; budgets belong to the process.
    const budget = { amount: '9', per: '1h' }
    config('funding.json', { network: own, intervalMs: 100, budget, providers: [{ ...one, target: '4' }, tuning] })
    process.kill(funding.pid, 'SIGHUP')
    await shown(tuner, '3', 1)
    await second.settle(wallet.address, og('1.5'))
    await first.settle(wallet.address, og('1.5'))
    await shown(first, '4', 3)
    funding.interrupt()
    const { code, stderr } = await funding.ended
    expect(code).toBe(0)
    expect(stderr).toContain(
      `${file} is read again: 1 added, 1 removed, 1 changed. Changes of budget take effect at the next start.\n`,
    )
    expect(await balanceOf(wallet, first)).toBe(og('4'))
    expect(await balanceOf(wallet, second)).toBe(og('1.5'))
    expect(await balanceOf(wallet, tuner)).toBe(og('3'))
  })

  test('keeps the budget of all providers together', async () => {
    const wallet = nextWallet()
    await fund(wallet, '10', { provider: first, amount: '1.25' }, { provider: second, amount: '1' })
    const options = ['--total-budget', '1.25/1h', '--interval-ms', '100', '--yes']
    const funding = start(['auto-fund', first.address, second.address, ...options, ...place], {
      PRIVATE_KEY: wallet.privateKey,
    })
    await funding.line((line) => line.includes('"reason":"budget-exhausted"') && line.includes('"topUps":1'))
    funding.interrupt()
    const { stderr } = await funding.ended
    expect(stderr).toContain('all together  at most 1.25 OG in 1h\n')
    expect((await balanceOf(wallet, first)) + (await balanceOf(wallet, second))).toBe(og('3.5'))
  })

  test('refuses a file with a wrong provider before anything is sent', async () => {
    const wallet = nextWallet()
    const file = config('wrong.json', { providers: [{ provider: first.address }, { provider: wallet.address }] })
    const { code, stderr } = await run(['auto-fund', '--config', file, '--yes', ...place], {
      PRIVATE_KEY: wallet.privateKey,
    })
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `providers[1].provider: a wallet cannot be its own provider. ${helpOf('auto-fund')}\n`,
    })
  })
})

type Shown = { subAccounts?: { provider: string; available: string; autoFunding?: { topUps: number } }[] }

function nextWallet(): Wallet {
  const wallet = wallets.pop()
  if (!wallet) throw new Error('The chain has too few wallets.')
  return wallet
}

function config(name: string, value: object): string {
  const file = join(folder, name)
  files.writeFileSync(file, JSON.stringify(value))
  return file
}

/** Runs a command that only looks: it gets no key. */
async function look(wallet: Wallet, ...args: string[]): Promise<Omit<Ended, 'json'> & { json: unknown[] }> {
  const ended = await run([...args, '--address', wallet.address, ...place])
  return { ...ended, json: ended.json() }
}

const wei = (amount: string | bigint): string => String(typeof amount === 'string' ? og(amount) : amount)

async function fund(
  wallet: Wallet,
  deposit: string,
  ...transfers: { provider: LocalProvider; amount: string }[]
): Promise<void> {
  const { ledger } = chain.contracts
  await transact(wallet, [
    callOf(ledger, 'addLedger', [''], og(deposit)),
    ...transfers.map(({ provider: { address, serviceType }, amount }) =>
      callOf(ledger, 'transferFund', [address, `${serviceType}-v1.0`, og(amount)]),
    ),
  ])
}

async function callRetrieve(wallet: Wallet, { address, serviceType }: LocalProvider): Promise<void> {
  await transact(wallet, [callOf(chain.contracts.ledger, 'retrieveFund', [[address], `${serviceType}-v1.0`])])
}

async function balanceOf(wallet: Wallet, { address, serviceType }: LocalProvider): Promise<bigint> {
  const { inference, fineTuning } = chain.contracts
  const ask = (serviceType === 'inference' ? inference : fineTuning).getFunction('getAccount')
  const { balance } = (await ask.staticCall(wallet.address, address)) as { balance: bigint }
  return balance
}
