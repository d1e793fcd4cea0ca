import { encryptKeystoreJson, parseEther as og, Wallet } from 'ethers'
import * as files from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { helpOf, placeOf, run, start } from './cli-process.ts'

const LEVELS = ['--deposit-trigger', '5', '--deposit-target', '20']

let chain: LocalChain
let place: string[]
let folder: string
let provider: string

beforeAll(async () => {
  folder = files.mkdtempSync(join(tmpdir(), 'og-ledger-deposits-'))
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0 })
  provider = chain.inference[0]?.address ?? ''
  place = placeOf(chain)
})
afterAll(async () => {
  files.rmSync(folder, { recursive: true })
  await chain[Symbol.asyncDispose]()
})

describe('auto-fund', () => {
  test('opens and fills the ledger from the wallet, within the limits that it says', async () => {
    const wallet = await newWallet('50')
    const limits = ['--max-ledger', '30', '--max-deposit', '12', '--deposit-budget', '40/7d', '--gas-reserve', '1']
    const env = { PRIVATE_KEY: wallet.privateKey }
    const funding = start(['auto-fund', provider, ...LEVELS, ...limits, ...quick(), ...place], env)
    // One deposit of 12 OG leaves 9 OG beside the 3 OG of the sub-account: that is more than the trigger.
    await funding.line(
      (line) => line.includes(`"available":"${og('9')}"`) && line.includes('"reason":"sufficient","lastDeposit"'),
    )
    funding.interrupt()
    const { code, stderr, json } = await funding.ended
    expect(code).toBe(0)
    expect(stderr).toContain(
      'deposit       whenever less than 5 OG stay in the ledger, fill it up to 20 OG, at most 30 OG in the ledger, ' +
        'at most 12 OG at once, at most 40 OG in 7d, 1 OG stay with the wallet that deposits\n' +
        'deposit from  the wallet\n',
    )
    expect(stderr).toMatch(/\nAuto-funding ended after 1 top-up of 3 OG and 1 deposit of 12 OG\.\n$/)
    const shown = {
      deposit: { action: 'hold', reason: 'sufficient' },
      autoDeposit: { deposits: 1, paid: String(og('12')) },
    }
    const positions = json().filter((line) => (line as { type: string }).type === 'position')
    expect(positions.at(-1)).toMatchObject(shown)
    expect(await ledgerOf(wallet)).toBe(og('9'))
  })

  test.for(['key', 'keystore'])('fills the ledger from the %s of a treasury', async (source) => {
    const [wallet, treasury] = [await newWallet('1'), await newWallet('50')]
    const file = join(folder, 'treasury.json')
    const password = 'hunter23'
    if (source === 'keystore')
      files.writeFileSync(file, await encryptKeystoreJson(treasury, password, { scrypt: { N: 2 } }))
    const keystore = source === 'keystore' ? ['--treasury-keystore', file] : []
    const funding = start(
      ['auto-fund', provider, ...LEVELS, '--deposit-from', treasury.address, ...keystore, ...quick(), ...place],
      {
        PRIVATE_KEY: wallet.privateKey,
        ...(source === 'keystore'
          ? { TREASURY_KEYSTORE_PASSWORD: password }
          : { TREASURY_PRIVATE_KEY: treasury.privateKey }),
      },
    )
    await funding.line((line) => line.includes(`"available":"${og('20')}"`))
    funding.interrupt()
    const { code, stderr } = await funding.ended
    expect(code).toBe(0)
    expect(stderr).toContain(`deposit from  ${treasury.address}: the money belongs to the wallet below from then on\n`)
    expect(stderr).toMatch(/\nAuto-funding ended after 1 top-up of 3 OG and 1 deposit of 23 OG\.\n$/)
    expect(await ledgerOf(wallet)).toBe(og('20'))
    const left = await Promise.all([wallet, treasury].map(({ address }) => chain.provider.getBalance(address)))
    expect(left.map((amount) => amount / og('0.1'))).toEqual([9n, 269n])
  })

  test('refuses a payer whose key it has not, and the wallet as its own treasury', async () => {
    const [wallet, treasury] = [await newWallet('50'), await newWallet('50')]
    const fund = (args: string[], key?: string) =>
      run(['auto-fund', provider, ...LEVELS, ...args, ...quick(), ...place], {
        PRIVATE_KEY: wallet.privateKey,
        ...(key !== undefined && { TREASURY_PRIVATE_KEY: key }),
      })
    const refused = await Promise.all([
      fund(['--deposit-from', treasury.address]),
      fund(['--deposit-from', provider], treasury.privateKey),
      fund([], wallet.privateKey),
      fund([], '0x12'),
    ])
    expect(refused.map(({ code, json, stderr }) => [code, json().length, stderr.split('\n', 1)[0]])).toEqual([
      [
        2,
        1,
        `Deposits are to come from ${treasury.address}: set TREASURY_PRIVATE_KEY, or use --treasury-keystore FILE. ${helpOf('auto-fund')}`,
      ],
      [
        2,
        1,
        `Deposits are to come from ${provider}, and the key of the treasury is that of ${treasury.address}. ${helpOf('auto-fund')}`,
      ],
      [
        2,
        1,
        `The key of the treasury is that of the wallet ${wallet.address}: leave it out, and the wallet deposits. ${helpOf('auto-fund')}`,
      ],
      [2, 1, 'TREASURY_PRIVATE_KEY is not a key.'],
    ])
    expect(await ledgerOf(wallet)).toBe(0n)
  })

  test('takes deposits from its config, and SIGHUP starts, changes and stops them', async () => {
    const wallet = await newWallet('100')
    const file = join(folder, 'funding.json')
    const write = (autoDeposit?: object) =>
      files.writeFileSync(file, JSON.stringify({ intervalMs: 100, autoDeposit, providers: [{ provider }] }))
    write()
    const funding = start(['auto-fund', '--config', file, '--yes', ...place], { PRIVATE_KEY: wallet.privateKey })
    let readings = 0
    // Each signal waits for its own answer: two that are pending at once are one to a process.
    const reread = async (words: string) => {
      process.kill(funding.pid, 'SIGHUP')
      const isAnswer = (line: string) => line.startsWith(`${file} is read`) || line.startsWith('The old config stays')
      expect((await funding.line(isAnswer, ++readings)).slice(0, words.length)).toBe(words)
    }
    await funding.line((line) => line.includes('"reason":"ledger-missing"'))

    write({ trigger: '5', target: '20' })
    await reread(`${file} is read again: 0 added, 0 removed, 0 changed. Auto-deposit is on.`)
    await funding.line((line) => line.includes(`"available":"${og('20')}"`))
    write({ target: '40', trigger: '30' })
    await reread(`${file} is read again: 0 added, 0 removed, 0 changed. Auto-deposit is changed.`)
    await funding.line((line) => line.includes(`"available":"${og('40')}"`))
    // The fields in another order are the same terms.
    write({ trigger: '30', target: '40' })
    await reread(`${file} is read again: 0 added, 0 removed, 0 changed.`)
    write({ trigger: '30', target: '40', from: provider })
    await reread(`The old config stays in effect. Deposits are to come from ${provider}: set TREASURY_PRIVATE_KEY`)
    write({ trigger: '30', target: '30' })
    await reread(
      `The old config stays in effect. ${file}: autoDeposit: The target is more than the trigger: trigger 30`,
    )
    write()
    await reread(`${file} is read again: 0 added, 0 removed, 0 changed. Auto-deposit is off.`)
    funding.interrupt()
    const { code, stderr } = await funding.ended
    expect(code).toBe(0)
    expect(stderr).toMatch(/\nAuto-funding ended after 1 top-up of 3 OG and 2 deposits of 43 OG together\.\n$/)
    expect(await ledgerOf(wallet)).toBe(og('40'))
  })
})

describe.concurrent('a dry run', () => {
  test('of plan, status and watch says what would be deposited, without a key', async () => {
    const wallet = await newWallet('30')
    const args = ['--address', wallet.address, ...LEVELS, '--max-deposit', '12', ...place]
    const watching = start(['watch', '--interval-ms', '100', ...args])
    const [plan, status] = await Promise.all([run(['plan', ...args]), run(['status', ...args])])
    const deposit = {
      available: '0',
      due: '0',
      arriving: '0',
      spare: '0',
      trigger: String(og('5')),
      target: String(og('20')),
      deficit: String(og('20')),
      burnRate: null,
      runway: null,
      limits: { maxDeposit: String(og('12')), maxLedger: null, budgetLeft: null, coolingUntil: 0 },
      action: 'deposit',
      amount: String(og('12')),
    }
    expect([plan.code, status.code]).toEqual([0, 0])
    expect([plan.json(), status.json()]).toMatchObject([[{ type: 'plan', deposit }], [{ type: 'position', deposit }]])
    expect(JSON.parse(await watching.line((line) => line.includes('"deposit":'))) as object).toMatchObject({ deposit })
    watching.interrupt()
    expect(await watching.ended).toMatchObject({ code: 0, stderr: '' })
    const without = await run(['plan', '--address', wallet.address, ...place])
    expect(without.json()[0]).not.toHaveProperty('deposit')
  })

  test('counts the balance of the wallet that would deposit, by its address or its key', async () => {
    const [wallet, treasury] = [await newWallet('1'), await newWallet('50')]
    const args = ['plan', '--address', wallet.address, ...LEVELS, ...place]
    const plans = await Promise.all([
      run(args),
      run([...args, '--deposit-from', treasury.address]),
      run(args, { TREASURY_PRIVATE_KEY: treasury.privateKey }),
    ])
    expect(plans.map(({ json }) => json())).toMatchObject([
      [{ deposit: { action: 'hold', reason: 'wallet-short' } }],
      [{ deposit: { action: 'deposit', amount: String(og('20')) } }],
      [{ deposit: { action: 'deposit', amount: String(og('20')) } }],
    ])
  })
})

describe.concurrent('a config', () => {
  test('of plan, status and watch says what auto-fund would do with it, without a key', async () => {
    const wallet = await newWallet('30')
    const file = join(folder, 'looking.json')
    const { chainId, ledger, inference } = chain.network
    const config = {
      network: { chainId: Number(chainId), ledger, inference },
      intervalMs: 100,
      autoDeposit: { trigger: '5', target: '20', maxDeposit: '12' },
      defaults: { bufferMultiplier: 4, target: 5 },
      providers: [{ provider, maxTopUp: '4.5' }],
    }
    files.writeFileSync(file, JSON.stringify(config))
    const args = ['--address', wallet.address, '--config', file, '--rpc-url', chain.anvil.url]
    const watching = start(['watch', ...args])
    const [plan, status] = await Promise.all([run(['plan', ...args]), run(['status', ...args])])
    const deposit = { action: 'deposit', amount: String(og('12')), due: String(og('4.5')) }
    const row = { provider, state: 'none', required: String(og('4')) }
    const decision = { action: 'hold', reason: 'deposit-pending', target: String(og('5')), deficit: String(og('5')) }
    expect([plan.code, plan.stderr, status.code, status.stderr]).toEqual([0, '', 0, ''])
    expect(plan.json()).toMatchObject([{ type: 'plan', deposit, decisions: [{ ...row, ...decision }] }])
    const shown = { type: 'position', deposit, subAccounts: [{ provider, plan: decision }] }
    expect(status.json()).toMatchObject([shown])
    expect(JSON.parse(await watching.line((line) => line.includes('"deposit":'))) as object).toMatchObject(shown)
    watching.interrupt()
    expect(await watching.ended).toMatchObject({ code: 0, stderr: '' })
  })

  test('and options for what stands in it exclude each other', async () => {
    const refusals = await Promise.all([
      run(['plan', '--config', 'x.json', '--deposit-trigger', '5']),
      run(['watch', '--config', 'x.json', '--reclaim-idle', '7d']),
      run(['status', '--config', join(folder, 'none.json'), ...place]),
    ])
    expect(refusals.map(({ code, stderr }) => [code, stderr.trim()])).toEqual([
      [2, `--deposit-trigger belongs into the file when there is a --config. ${helpOf('plan')}`],
      [2, `--reclaim-idle belongs into the file when there is a --config. ${helpOf('watch')}`],
      [2, `${join(folder, 'none.json')} cannot be read. ${helpOf('status')}`],
    ])
  })
})

const quick = (): string[] => ['--interval-ms', '100', '--yes']

async function newWallet(balance: string): Promise<Wallet> {
  const wallet = new Wallet(Wallet.createRandom().privateKey)
  await chain.provider.send('anvil_setBalance', [wallet.address, `0x${og(balance).toString(16)}`])
  return wallet
}

/** What the ledger of a wallet has available; nothing where there is none. */
async function ledgerOf({ address }: Wallet): Promise<bigint> {
  const ask = chain.contracts.ledger.getFunction('getLedger')
  const [, available] = (await ask(address).catch(() => ['', 0n])) as [string, bigint]
  return available
}
