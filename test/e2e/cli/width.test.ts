import { parseEther as og, type Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { placeOf } from './cli-process.ts'
import { openTerminal } from './cli-terminal.ts'

const MINUTE = 60

let chain: LocalChain
let rich: Wallet, poor: Wallet
let charging: LocalProvider, refunding: LocalProvider

/** A wallet with a charged sub-account and one with a refund, and a wallet without a ledger. */
beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 2, fineTuningProviders: 0, wallets: 2 })
  ;[rich, poor] = chain.wallets as [Wallet, Wallet]
  ;[charging, refunding] = chain.inference as [LocalProvider, LocalProvider]
  const { ledger } = chain.contracts
  const transfer = ({ address }: LocalProvider, amount: string) =>
    callOf(ledger, 'transferFund', [address, 'inference-v1.0', og(amount)])
  await transact(rich, [
    callOf(ledger, 'addLedger', [''], og('10')),
    transfer(charging, '3.123456'),
    transfer(refunding, '4.123456'),
    callOf(ledger, 'retrieveFund', [[refunding.address], 'inference-v1.0']),
  ])
  for (let charge = 0; charge < 4; charge += 1) {
    await chain.warp(10 * MINUTE)
    await charging.settle(rich.address, og('0.5'))
  }
})
afterAll(() => chain[Symbol.asyncDispose]())

const wait = '  wait: a refund is pending; a top-up would undo it'
const refund = expect.stringMatching(/^ {2}refund: 4\.1234 OG until 20.*(Z|[+-]\d\d:\d\d)$/) as string
const burn = expect.stringMatching(/^ {2}target 3\.0000, burn\/h \d\.\d{4}, runway \d+m$/) as string
const rest = expect.stringMatching(/^ {2}target 3\.0000, deficit 1\.8765, burn\/h \d\.\d{4}, runway \d+m,/) as string

/** What stands below the first and the second row. */
const below = {
  plan: {
    80: [[burn], ['  target 3.0000', wait]],
    60: [
      [rest, '  amount 1.8765'],
      ['  target 3.0000, deficit 3.0000', wait],
    ],
  },
  status: { 80: [['  top up by 1.8765 OG'], [refund, wait]], 60: [['  top up by 1.8765 OG'], [refund, wait]] },
} as const

test.each([
  ['plan', 80],
  ['plan', 60],
  ['status', 80],
  ['status', 60],
] as const)('%s keeps every column at a width of %i', async (name, width) => {
  const lines = await linesOf(name, rich, width)
  expect(lines.filter((line) => line.length > width)).toEqual([])
  const start = lines.findIndex((line) => line.startsWith('PROVIDER'))
  const rows = lines.slice(start + 1, lines.indexOf('', start))
  const [first, second] = below[name][width]
  expect(rows.map((line) => (line.startsWith('0x') ? line.slice(0, 44) : line))).toEqual([
    `${short(charging)}  inference  low           1.1234`,
    ...first,
    `${short(refunding)}  inference  refunding     0.0000`,
    ...second,
  ])
})

test('a terminal that does not tell its width has 80 columns', async () => {
  expect(await linesOf('plan', rich, 0)).toEqual(await linesOf('plan', rich, 80))
})

test('refunds and providers fit into 60 columns', async () => {
  const refunds = await linesOf('refunds', rich, 60)
  expect(refunds).toEqual([
    'PROVIDER     SERVICE    REFUND  CAN BE CLAIMED',
    expect.stringMatching(/^0x\w{4}…\w{4} {2}inference {2}4\.1234 {2}in \d+m, 20/) as string,
    expect.stringMatching(/^ {2}asked for 20/) as string,
    '',
    'Amounts in OG.',
  ])
  expect(await linesOf('providers inference', rich, 60)).toEqual([
    'PROVIDER                                    AVAILABLE',
    `${charging.address}     1.1234`,
    '  balance 1.1234, pending refund 0.0000',
    `${refunding.address}     0.0000`,
    '  balance 4.1234, pending refund 4.1234',
    '',
    'Amounts in OG.',
  ])
})

test('a time years from now reads "not in sight"', async () => {
  expect(await linesOf('plan', rich, 80)).toContain('gas dry     not in sight')
})

test.each(['plan', 'status'])('%s of a wallet without a ledger says so, and shows no forecast', async (name) => {
  const [network, ...lines] = await linesOf(name, poor, 80)
  expect(network).toMatch(/^network {2}chain 31337 \(127\.0\.0\.1:\d+\), block \d+ of /)
  expect(lines).toEqual([
    `wallet   ${poor.address} with 100000 OG for gas`,
    'ledger   none: add-ledger opens one',
    '',
    'No sub-accounts: transfer opens one.',
  ])
})

/** What a command shows on a terminal of that width; 0 is one that does not tell its width. */
async function linesOf(command: string, { address }: Wallet, columns: number): Promise<string[]> {
  const place = ['--address', address, ...placeOf(chain, { fineTuning: true })]
  const terminal = openTerminal([...command.split(' '), ...place], {}, { columns, rows: 24 })
  expect(await terminal.ended).toBe(0)
  return terminal.text().trimEnd().split('\n')
}

const short = ({ address }: LocalProvider): string => `${address.slice(0, 6)}…${address.slice(-4)}`
