import { encryptKeystoreJson, parseEther as og, type Wallet } from 'ethers'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commands } from '../../../src/cli/command-table.ts'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { startProxy } from '../../support/proxy.ts'
import { failure, helpOf, placeOf, run, start, type Ended } from './cli-process.ts'

const STRANGER = '0x0000000000000000000000000000000000000001'

let chain: LocalChain
let wallets: Wallet[]
let place: string[]
let first: LocalProvider, second: LocalProvider, tuner: LocalProvider

beforeAll(async () => {
  chain = await localChain({ wallets: 20 })
  wallets = [...chain.wallets]
  const [[one, two], [three]] = [chain.inference, chain.fineTuning]
  if (!one || !two || !three) throw new Error('The chain lacks a provider.')
  ;[first, second, tuner] = [one, two, three]
  place = placeOf(chain, { fineTuning: true })
})
afterAll(() => chain[Symbol.asyncDispose]())

describe.concurrent('each command changes the chain as it says', () => {
  test('add-ledger opens a ledger, and status shows it', async () => {
    const wallet = nextWallet()
    const opened = await cli(wallet, 'add-ledger', '5.25', '--info', 'hello', '--yes')
    expect(opened).toMatchObject({ code: 0, json: [receipt('add-ledger')] })
    expect(opened.stderr).toContain(`amount   5.25 OG\nfrom     the wallet\nto       its new ledger\n`)
    expect(opened.stderr).toContain(
      `wallet   ${wallet.address}\nnetwork  chain 31337 (127.0.0.1:${chain.anvil.port})\n`,
    )
    expect(opened.stderr).toMatch(/addLedger was sent as 0x[\da-f]{64}; waiting for its block.\naddLedger was mined in/)
    const { code, json, stderr } = await cli(wallet, 'status')
    expect({ code, json, stderr }).toEqual({
      code: 0,
      json: [
        {
          v: 1,
          type: 'position',
          block: { number: expect.any(Number) as number, timestamp: expect.any(Number) as number },
          wallet: { address: wallet.address, balance: wei(await chain.provider.getBalance(wallet.address)) },
          ledger: { available: wei('5.25'), total: wei('5.25'), locked: '0', additionalInfo: 'hello' },
          subAccounts: [],
          refunds: [],
          shortfall: '0',
          depositFor: { 1: '0', 7: '0', 30: '0' },
        },
      ],
      stderr: '',
    })
  })

  test('deposit adds to the ledger, deposit-for to that of another wallet', async () => {
    const [wallet, other] = [nextWallet(), nextWallet()]
    expect(await cli(wallet, 'deposit', '3', '--yes')).toMatchObject({ code: 0, json: [receipt('deposit')] })
    const given = await cli(wallet, 'deposit-for', other.address.toLowerCase(), '0004.5', '--yes')
    expect(given).toMatchObject({ code: 0, json: [receipt('deposit-for')] })
    expect(given.stderr).toContain(`to       the ledger of ${other.address}, to which it belongs from then on`)
    expect(await ledgerOf(wallet)).toEqual({ available: og('3'), total: og('3') })
    expect(await ledgerOf(other)).toEqual({ available: og('4.5'), total: og('4.5') })
  })

  test('transfer opens sub-accounts; status shows them with what auto-funding would do', async () => {
    const wallet = nextWallet()
    await fund(wallet)
    const sent = await cli(wallet, 'transfer', first.address, 'inference', '1.5', '--yes')
    expect(sent).toMatchObject({ code: 0, json: [receipt('transfer')] })
    const other = await cli(wallet, 'transfer', tuner.address, 'fine-tuning-v1.0', '2', '--yes')
    expect(other).toMatchObject({ code: 0, json: [receipt('transfer')] })
    const { json } = await cli(wallet, 'status')
    expect(json).toMatchObject([{ ledger: { available: wei('6.5'), locked: wei('3.5'), total: wei('10') } }])
    expect((json[0] as { subAccounts: unknown }).subAccounts).toEqual([
      {
        ...account(first, '1.5'),
        state: 'low',
        spendable: false,
        plan: {
          action: 'top-up',
          amount: wei('1.5'),
          deficit: wei('1.5'),
          target: wei('3'),
          burnRate: null,
          runway: null,
        },
      },
      {
        ...account(tuner, '2'),
        state: 'funded',
        spendable: true,
        plan: { action: 'hold', reason: 'sufficient', deficit: '0', target: wei('3'), burnRate: null, runway: null },
      },
    ])
  })

  test('ensure transfers what is missing, and nothing when enough is available', async () => {
    const wallet = nextWallet()
    await fund(wallet, first)
    const enough = await cli(wallet, 'ensure', first.address, '2', '--yes')
    expect(enough).toMatchObject({ code: 0, json: [{ type: 'receipt', command: 'ensure', sent: false }] })
    const more = await cli(wallet, 'ensure', first.address, '2.000000000000000001', '--yes')
    expect(more).toMatchObject({ code: 0, json: [receipt('ensure')] })
    const usual = await cli(wallet, 'ensure', first.address, '--yes')
    expect(usual).toMatchObject({ code: 0, json: [{ type: 'receipt', command: 'ensure', sent: false }] })
    expect(usual.stderr).toContain('what makes available what auto-funding keeps there')
    const tuning = await cli(wallet, 'ensure', tuner.address, '1', '--service', 'fine-tuning', '--yes')
    expect(tuning).toMatchObject({ code: 0, json: [receipt('ensure')] })
    expect(await balanceOf(wallet, first)).toEqual({ balance: og('2') + 1n, pendingRefund: 0n })
    expect(await balanceOf(wallet, tuner)).toEqual({ balance: og('1'), pendingRefund: 0n })
  })

  test('retrieve asks back from one provider or from all, and providers lists the balances', async () => {
    const wallet = nextWallet()
    await fund(wallet, first, second)
    const one = await cli(wallet, 'retrieve', 'inference', '--provider', first.address, '--yes')
    const { transactionHash, blockNumber, gasUsed, status, success } = receipt('retrieve')
    const receipts = [{ transactionHash, blockNumber, gasUsed, status, success }]
    expect(one).toMatchObject({ code: 0, json: [receipt('retrieve')] })
    const listed = await cli(wallet, 'providers', 'inference')
    expect({ code: listed.code, json: listed.json }).toEqual({
      code: 0,
      json: [
        { ...held(first), balance: wei('2'), pendingRefund: wei('2'), available: '0' },
        { ...held(second), balance: wei('2'), pendingRefund: '0', available: wei('2') },
      ],
    })
    const all = await cli(wallet, 'retrieve', 'inference', '--yes')
    expect(all).toMatchObject({ code: 0, json: [{ ...receipt('retrieve'), receipts }] })
    expect(await balanceOf(wallet, second)).toEqual({ balance: og('2'), pendingRefund: og('2') })
    const { json } = await cli(wallet, 'status', '--address', wallet.address)
    expect(json).toMatchObject([
      {
        subAccounts: [
          { state: 'refunding', refund: 'locked', plan: { action: 'hold', reason: 'refund-pending' } },
          { state: 'refunding', refund: 'locked', unlocksAt: expect.any(Number) as number },
        ],
      },
    ])
  })

  test('transactions lists the journal while another process writes it', async () => {
    const wallet = nextWallet()
    await cli(wallet, 'add-ledger', '5', '--yes')
    await cli(wallet, 'transfer', first.address, 'inference', '2', '--yes')
    const { code, json } = await cli(wallet, 'transactions')
    const sent = {
      v: 1,
      type: 'transaction',
      state: 'mined',
      hashes: [expect.stringMatching(/^0x[\da-f]{64}$/)] as unknown[],
    }
    expect({ code, json }).toMatchObject({
      code: 0,
      json: [
        { ...sent, operation: 'addLedger', amount: wei('5'), subAccount: null, nonce: 0 },
        { ...sent, operation: 'transferFund', amount: wei('2'), nonce: 1 },
      ],
    })
    expect(await cli(wallet, 'transactions', '--resolve', 'x', '--yes')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--resolve needs either --hash or --not-sent.') as string,
    })
    expect(await cli(wallet, 'transactions', '--resolve', 'x', '--not-sent', '--yes')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no open intent of this id.') as string,
    })
  })

  test('refund withdraws', async () => {
    const wallet = nextWallet()
    await fund(wallet)
    expect(await cli(wallet, 'refund', '1.5', '--yes')).toMatchObject({ code: 0, json: [receipt('refund')] })
    expect(await ledgerOf(wallet)).toEqual({ available: og('8.5'), total: og('8.5') })
  })

  test('delete deletes an empty ledger', async () => {
    const wallet = nextWallet()
    const transfer = callOf(chain.contracts.ledger, 'transferFund', [first.address, 'inference-v1.0', og('3')])
    await transact(wallet, [callOf(chain.contracts.ledger, 'addLedger', [''], og('3')), transfer])
    await first.settle(wallet.address, og('3'))
    expect(await cli(wallet, 'delete', '--yes')).toMatchObject({ code: 0, json: [receipt('delete')] })
    await expect(ledgerOf(wallet)).rejects.toThrow('LedgerNotExists')
  })

  test('watch prints each position until Ctrl-C, and ends when its reader closes the pipe', async () => {
    const wallet = nextWallet()
    await fund(wallet, first)
    const args = ['watch', '--address', wallet.address, '--interval-ms', '100', ...place]
    const [watching, cut] = [start(args), start(args)]
    await cut.line((line) => line.includes('"position"'))
    cut.stopReading()
    await watching.line((line) => line.includes(`"available":"${wei('2')}"`))
    await first.settle(wallet.address, 1n)
    const line = await watching.line((line) => line.includes('"low"'))
    expect(JSON.parse(line)).toMatchObject({
      subAccounts: [{ available: wei(og('2') - 1n), plan: { action: 'top-up', amount: wei(og('1') + 1n) } }],
    })
    watching.interrupt()
    expect(await watching.ended).toMatchObject({ code: 0, stderr: '' })
    expect(await cut.ended).toMatchObject({ code: 0, stderr: '' })
  })

  test('auto-fund answers each drain once until Ctrl-C', async () => {
    const wallet = nextWallet()
    await fund(wallet, first)
    const options = [
      '--min-locked-balance',
      '0.8',
      '--buffer-multiplier',
      '2.5',
      '--target',
      '2.5x',
      '--interval-ms',
      '100',
      '--yes',
    ]
    const providers = [first.address, second.address, first.address.toLowerCase()]
    const funding = start(['auto-fund', ...providers, ...options, ...place], { PRIVATE_KEY: wallet.privateKey })
    await funding.line((line) => line.includes('"topUps":1') && line.includes('"watching","reason":"sufficient"'))
    await first.settle(wallet.address, og('0.3'))
    const line = await funding.line((line) => line.includes(`"paid":"${wei('0.3')}"`) && !line.includes('"low"'))
    expect(JSON.parse(line)).toMatchObject({
      ledger: { available: wei('5.7') },
      subAccounts: [
        { ...account(first, '2'), autoFunding: { topUps: 1, lastTopUp: { amount: wei('0.3') } } },
        { ...account(second, '2'), autoFunding: { topUps: 1, paid: wei('2') } },
      ],
    })
    funding.interrupt()
    const { code, stderr } = await funding.ended
    expect(code).toBe(0)
    expect(stderr).toContain('required  2.5 × 0.8 OG\n')
    expect(stderr).toContain('Auto-funding ended after 2 top-ups of 2.3 OG together.\n')
    expect(await balanceOf(wallet, first)).toEqual({ balance: og('2'), pendingRefund: 0n })
  })

  test('auto-fund --format table prints tables on a pipe, and a line for each top-up', async () => {
    const wallet = nextWallet()
    await fund(wallet, first)
    const args = ['auto-fund', second.address, '--interval-ms', '100', '--format', 'table', '--yes', ...place]
    const funding = start(args, { PRIVATE_KEY: wallet.privateKey })
    const line = await funding.line((one) => one.includes('topped up'))
    expect(line).toMatch(
      /^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\S+ {2}topped up inference 0x\w{4}…\w{4} by 3 OG: 0x[\da-f]{64}$/,
    )
    await funding.line((one) => one.startsWith('PROVIDER') && one.endsWith('WHY'))
    funding.interrupt()
    const { code, stdout } = await funding.ended
    expect(code).toBe(0)
    expect(stdout).not.toContain('\u001B')
    expect(stdout).not.toMatch(/^\{/m)
  })

  test('a refusal by the contract is exit code 1 and a message without a stack', async () => {
    const wallet = nextWallet()
    const { code, json, stderr } = await cli(wallet, 'deposit', '1', '--yes')
    const facts = { operation: 'depositFund', error: 'MinimumDepositRequired', provided: '1 OG', required: '3 OG' }
    expect({ code, json }).toEqual({
      code: 1,
      json: [
        failure('deposit', {
          exitCode: 1,
          name: 'MinimumDepositRequiredError',
          code: 'OG_LEDGER_MINIMUM_DEPOSIT_REQUIRED',
          message: 'The amount is below the minimum of the contract.',
          facts: { ...facts, do: 'use at least 3 OG' },
          retryable: false,
          docs: 'docs/errors.md#minimumdepositrequirederror',
        }),
      ],
    })
    expect(stderr).toContain('The amount is below the minimum of the contract.')
    expect(stderr).toContain('required:  3 OG')
    expect(stderr).not.toMatch(/\n\s+at /)
  })
})

describe.concurrent('nothing is sent', () => {
  test('without --yes where there is no terminal to ask on', async () => {
    const wallet = nextWallet()
    await fund(wallet, first)
    const before = await chain.provider.getTransactionCount(wallet.address)
    const commands = [['deposit', '5'], ['auto-fund', first.address], ['close']]
    const message = 'Nothing was sent: there is no terminal to ask on, so this needs --yes.'
    for (const command of commands) {
      const { code, json, stderr } = await cli(wallet, ...command)
      const [name = ''] = command
      expect({ code, json, stderr }).toEqual({
        code: 2,
        json: [failure(name, { exitCode: 2, name: 'UsageError', message, facts: {}, retryable: false })],
        stderr: `${message} ${helpOf(name)}\n`,
      })
    }
    expect(await chain.provider.getTransactionCount(wallet.address)).toBe(before)
  })

  test('with a wrong argument', async () => {
    const wallet = nextWallet()
    const [negative, unknown, service, address] = await Promise.all([
      cli(wallet, 'deposit', '-5', '--yes'),
      cli(wallet, 'deposit', '5', '--fast', '--yes'),
      cli(wallet, 'transfer', first.address, 'inferense', '5', '--yes'),
      cli(wallet, 'status', '--address', 'me'),
    ])
    expect(negative).toMatchObject({
      code: 2,
      stderr: `-5 is not possible: no amount here is negative. ${helpOf('deposit')}\n`,
    })
    expect(unknown).toMatchObject({ code: 2, stderr: `Unknown option '--fast'. ${helpOf('deposit')}\n` })
    const known = 'inference, inference-v1.0, fine-tuning, fine-tuning-v1.0'
    expect(service).toMatchObject({
      code: 2,
      stderr: `There is no service "inferense" (did you mean inference?): there are ${known}. ${helpOf('transfer')}\n`,
    })
    expect(address).toMatchObject({ code: 2, stderr: expect.stringContaining('This is not an address.') as string })
    expect(await chain.provider.getTransactionCount(wallet.address)).toBe(0)
  })

  test('without a network, a key or a wallet', async () => {
    const [nowhere, keyless, whose] = await Promise.all([
      run(['status', '--address', STRANGER]),
      run(['deposit', '1', '--yes', ...place]),
      run(['status', ...place]),
    ])
    expect(nowhere).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Say where: --network mainnet') as string,
    })
    expect(keyless).toMatchObject({ code: 2, stderr: expect.stringContaining('No key: set PRIVATE_KEY') as string })
    expect(whose).toMatchObject({ code: 2, stderr: expect.stringContaining('Whose ledger?') as string })
  })

  test('with a network of the environment that does not exist, or is not that of the node', async () => {
    const [unknown, other, named] = await Promise.all([
      run(['status', '--address', STRANGER], { OG_NETWORK: 'mainet' }),
      run(['status', '--address', STRANGER, ...place.slice(0, 2)], { OG_NETWORK: 'testnet' }),
      run(['status', '--address', STRANGER, ...place], { OG_NETWORK: 'testnet' }),
    ])
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      `OG_NETWORK is one of mainnet, testnet, testnetDev; this is "mainet". ${helpOf('status')}\n`,
    ])
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('another chain') as string })
    expect(named).toMatchObject({ code: 0, stderr: '' })
  })
})

describe.concurrent('secrets stay secret', () => {
  test('only the host of an RPC URL is shown', async () => {
    await using proxy = await startProxy(chain.anvil.url)
    const { host, port } = new URL(proxy.url)
    const wallet = nextWallet()
    const url = `http://us3r:pa55@w0rd@${host}/t0ken-path?apikey=t0ken-query`
    const env = { PRIVATE_KEY: wallet.privateKey, OG_RPC_URL: url }
    const contracts = place.slice(2)
    const fine = await run(['add-ledger', '3', '--yes', ...contracts], env)
    expect(fine).toMatchObject({ code: 0, stderr: expect.stringContaining(`(127.0.0.1:${port})`) as string })
    const refused = await run(['add-ledger', '3', '--yes', ...contracts], env)
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('has a ledger already') as string })
    const elsewhere = await run(['status', '--network', 'mainnet'], env)
    expect(elsewhere).toMatchObject({ code: 2, stderr: expect.stringContaining('another chain') as string })
    await proxy.stop()
    const gone = await run(['status', ...contracts], env)
    expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining(`host:   127.0.0.1:${port}`) as string })
    const output = [fine, refused, elsewhere, gone].map(({ stdout, stderr }) => stdout + stderr).join('\n')
    expect(output).not.toMatch(/us3r|pa55|w0rd|t0ken/)
  })

  test('a wrong key is refused without being repeated', async () => {
    const { code, stderr } = await run(['status', ...place], { PRIVATE_KEY: `0x${'ab'.repeat(31)}zz` })
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'PRIVATE_KEY is not a key.\n\nexpected: 64 hex digits, with or without 0x\n',
    })
  })

  test('a keystore signs with its password, and shows its wallet without', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'og-ledger-'))
    try {
      const wallet = nextWallet()
      const keystore = join(folder, 'key.json')
      const { address, privateKey } = wallet
      await writeFile(keystore, await encryptKeystoreJson({ address, privateKey }, 'hunter22', { scrypt: { N: 2 } }))
      const args = [...place, '--keystore', keystore]
      const opened = await run(['add-ledger', '3', '--yes', ...args], { KEYSTORE_PASSWORD: 'hunter22' })
      expect(opened).toMatchObject({ code: 0 })
      const status = await run(['status', ...args])
      expect(status.json()).toMatchObject([{ wallet: { address }, ledger: { total: wei('3') } }])
      const wrong = await run(['deposit', '1', '--yes', ...args], { KEYSTORE_PASSWORD: 'hunter23' })
      expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('does not open') as string })
      const silent = await run(['deposit', '1', '--yes', ...args])
      expect(silent).toMatchObject({ code: 2, stderr: expect.stringContaining('set KEYSTORE_PASSWORD') as string })
      const output = [opened, status, wrong, silent].map(({ stdout, stderr }) => stdout + stderr).join('\n')
      expect(output).not.toMatch(/hunter2/)
      expect(output).not.toContain(privateKey.slice(2))
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe.concurrent('help', () => {
  test('names every command, the environment and the exit codes, on a pipe without colours', async () => {
    const [help, usage] = await Promise.all([run(['--help']), run([])])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    expect(usage).toMatchObject({ code: 2, stdout: '', stderr: help.stdout })
    expect(help.stdout).not.toContain('\u001B')
    expect(help.stdout).toContain('USAGE og-ledger <command> [OPTIONS]')
    const words = [...help.stdout.matchAll(/^ {2,}(\S+) {2,}\S/gm)].map(([, word]) => word)
    expect(words.join(' ')).toBe(
      `${Object.keys(commands).join(' ')} PRIVATE_KEY KEYSTORE_PASSWORD TREASURY_PRIVATE_KEY ` +
        'TREASURY_KEYSTORE_PASSWORD OG_NETWORK OG_RPC_URL OG_DATABASE_URL NO_COLOR 0 1 2 130',
    )
  })

  test('of plan, watch, replay and auto-fund names their options', async () => {
    const [plan, watch, replay, fund] = await Promise.all(
      ['plan', 'watch', 'replay', 'auto-fund'].map((command) => run([command, '--help'])),
    )
    const optionsOf = (help: Ended | undefined): string =>
      [...(help?.stdout ?? '').matchAll(/^ +--([a-z-]+)(?:=<\S+>)? {2,}\S/gm)].map(([, name]) => name).join(' ')
    const network = 'network rpc-url chain-id ledger inference fine-tuning'
    const deposits =
      'deposit-trigger deposit-target max-ledger max-deposit deposit-budget gas-reserve deposit-cooldown-ms deposit-from'
    const idleness = 'reclaim-idle reclaim-keep reclaim-when'
    expect(optionsOf(plan)).toBe(`service for config ${deposits} ${idleness} ${network} address keystore format json`)
    expect(optionsOf(watch)).toBe(
      `config ${deposits} ${idleness} ${network} address keystore format json interval-ms record ui ui-port metrics`,
    )
    expect(optionsOf(replay)).toBe('policy format json')
    expect(optionsOf(fund)).toBe(
      'config service interval-ms buffer-multiplier min-locked-balance target runway-trigger runway-target max-top-up ' +
        `budget ledger-reserve cooldown-ms on-pending-refund auto-claim ${idleness} skip-unsettled-fee max-unsettled-fee first-day force total-budget ` +
        `${deposits} treasury-keystore approve ` +
        `record ui ui-port control metrics ${network} keystore format json yes`,
    )
    expect(replay?.stdout).toContain('USAGE og-ledger replay [OPTIONS] <FILE>')
    expect(fund?.stdout).toContain('USAGE og-ledger auto-fund [OPTIONS] [PROVIDER]')
  })

  test('of a command names its options; options may stand before the command', async () => {
    const [help, version] = await Promise.all([run(['--network', 'testnet', 'transfer', '--help']), run(['--version'])])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    expect(help.stdout).toContain('USAGE og-ledger transfer [OPTIONS] <PROVIDER> <SERVICE> <AMOUNT>')
    expect(help.stdout).toContain('--keystore=<file>')
    expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string })
  })
})

/** A new wallet for each test, so that concurrent tests do not share nonces. */
function nextWallet(): Wallet {
  const wallet = wallets.pop()
  if (!wallet) throw new Error('The chain has too few wallets.')
  return wallet
}

/** Runs a command as the wallet; its standard output is not a terminal, so it is JSON. */
async function cli(wallet: Wallet, ...args: string[]): Promise<Omit<Ended, 'json'> & { json: unknown[] }> {
  const ended = await run([...args, ...place], { PRIVATE_KEY: wallet.privateKey })
  return { ...ended, json: ended.json() }
}

function receipt(command: string) {
  return {
    v: 1,
    type: 'receipt',
    command,
    sent: true,
    transactionHash: expect.stringMatching(/^0x[\da-f]{64}$/) as string,
    blockNumber: expect.any(Number) as number,
    gasUsed: expect.stringMatching(/^\d+$/) as string,
    status: 1,
    success: true,
  }
}

function account({ address, serviceType }: LocalProvider, amount: string) {
  return {
    provider: address,
    serviceType,
    refund: null,
    balance: wei(amount),
    pendingRefund: '0',
    available: wei(amount),
    claimable: '0',
    required: wei('2'),
    unlocksAt: null,
  }
}

const held = ({ address, serviceType }: LocalProvider) => ({
  v: 1,
  type: 'provider',
  service: serviceType,
  provider: address,
})

const wei = (amount: string | bigint): string => String(typeof amount === 'string' ? og(amount) : amount)

/** Opens a ledger of 10 OG, of which 2 go to each provider. */
async function fund(wallet: Wallet, ...providers: LocalProvider[]): Promise<void> {
  const { ledger } = chain.contracts
  const transfers = providers.map(({ address, serviceType }) =>
    callOf(ledger, 'transferFund', [address, `${serviceType}-v1.0`, og('2')]),
  )
  await transact(wallet, [callOf(ledger, 'addLedger', [''], og('10')), ...transfers])
}

async function ledgerOf({ address }: Wallet) {
  const ask = chain.contracts.ledger.getFunction('getLedger')
  const { availableBalance, totalBalance } = (await ask.staticCall(address)) as Record<string, bigint>
  return { available: availableBalance, total: totalBalance }
}

async function balanceOf(wallet: Wallet, { address, serviceType }: LocalProvider) {
  const { inference, fineTuning } = chain.contracts
  const ask = (serviceType === 'inference' ? inference : fineTuning).getFunction('getAccount')
  const { balance, pendingRefund } = (await ask.staticCall(wallet.address, address)) as Record<string, bigint>
  return { balance, pendingRefund }
}
