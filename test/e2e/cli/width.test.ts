import { parseEther as og, type Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LocalProvider } from '../../../src/local/providers.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
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

test.each(['plan', 'status'])(
  '%s fits into 80 columns, also on a terminal that does not tell its width',
  async (name) => {
    for (const columns of [80, 0]) {
      const lines = await linesOf(name, rich, columns)
      expect(lines.filter((line) => line.length > 80)).toEqual([])
      const rows = lines.slice(lines.findIndex((line) => line.startsWith('PROVIDER')))
      expect(rows.slice(1, rows.indexOf('')).map((line) => (line.startsWith('0x') ? line.slice(0, 44) : line))).toEqual(
        name === 'plan'
          ? [
              `${short(charging)}  inference  low           1.1234`,
              `${short(refunding)}  inference  refunding     0.0000`,
              '  wait: a refund is pending; a top-up would undo it',
            ]
          : [
              `${short(charging)}  inference  low           1.1234`,
              '  top up by 1.8765 OG',
              `${short(refunding)}  inference  refunding     0.0000`,
              expect.stringMatching(/^ {2}refund: 4\.1234 OG until 20/) as string,
              '  wait: a refund is pending; a top-up would undo it',
            ],
      )
    }
  },
)

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

async function linesOf(command: string, { address }: Wallet, columns: number): Promise<string[]> {
  const { ledger, inference, fineTuning = '' } = chain.network
  const contracts = ['--ledger', ledger, '--inference', inference, '--fine-tuning', fineTuning, '--chain-id', '31337']
  const place = ['--address', address, '--rpc-url', chain.anvil.url, ...contracts]
  const terminal = openTerminal([command, ...place], {}, { columns, rows: 24 })
  expect(await terminal.ended).toBe(0)
  return terminal.text().trimEnd().split('\n')
}

const short = ({ address }: LocalProvider): string => `${address.slice(0, 6)}…${address.slice(-4)}`
