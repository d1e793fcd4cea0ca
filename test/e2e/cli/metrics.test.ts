import type { Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startHttpProvider, type HttpProvider } from '../../../src/local/http-provider.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { testWallet } from '../../../src/local/wallets.ts'
import { parseEther as og } from 'ethers'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { readExposition } from '../../support/exposition.ts'
import { until } from '../../support/until.ts'
import { ask } from '../../support/visitor.ts'
import { placeOf, run, start, type Running } from './cli-process.ts'

let chain: LocalChain, provider: HttpProvider, place: string[]

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0, wallets: 3 })
  provider = await startHttpProvider(chain.contracts, testWallet(1, chain.provider))
  place = placeOf(chain)
})
afterAll(async () => {
  await provider.stop()
  await chain[Symbol.asyncDispose]()
})

/** A wallet of the chain with a ledger of 10 OG. */
async function walletAt(index: number): Promise<Wallet> {
  const wallet = chain.wallets[index]
  if (!wallet) throw new Error('The chain has too few wallets.')
  await transact(wallet, [callOf(chain.contracts.ledger, 'addLedger', [''], og('10'))])
  return wallet
}

async function metricsOf(program: Running): Promise<string> {
  const line = await program.line((text) => text.startsWith('Metrics are at '))
  return line.slice('Metrics are at '.length)
}

async function valueOf(url: string, name: string): Promise<number | undefined> {
  const { samples } = readExposition((await ask(url)).body, 'prometheus')
  return samples.find((one) => one.name === `og_ledger_${name}`)?.value
}

test('watch --metrics serves metrics and health of a wallet that it only looks at', async () => {
  const wallet = await walletAt(0)
  const watching = start(['watch', '--metrics', '127.0.0.1:0', '--address', wallet.address, ...place])
  const url = await metricsOf(watching)
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/)
  await until(async () => (await valueOf(url, 'available_og')) === 10)
  expect((await ask(new URL('/readyz', url))).status).toBe(200)
  watching.interrupt()
  expect((await watching.ended).code).toBe(0)
})

test('auto-fund --metrics counts its top-ups, and its JSON lines tell each step of one once', async () => {
  const wallet = await walletAt(1)
  const options = ['--metrics', '0', '--yes', '--interval-ms', '200']
  const funding = start(['auto-fund', provider.address, ...options, ...place], { PRIVATE_KEY: wallet.privateKey })
  const url = await metricsOf(funding)
  await until(async () => (await valueOf(url, 'top_ups_total')) === 1)
  expect((await ask(new URL('/livez', url))).status).toBe(200)
  funding.interrupt()
  const { code, json } = await funding.ended
  const lines = json() as { type: string; event?: { version: number; type: string; automatic?: boolean } }[]
  // A slow machine may have readings that fail; what is told of the top-up stays the same.
  const events = lines.flatMap(({ type, event }) =>
    type === 'event' && event?.type.startsWith('top-up') ? [event] : [],
  )
  expect([code, events.map(({ version, type }) => [version, type])]).toEqual([
    0,
    [
      [1, 'top-up.decided'],
      [1, 'top-up.sent'],
      [1, 'top-up.mined'],
    ],
  ])
})

test('serve --metrics reads positions for them, also without --auto-fund', async () => {
  const wallet = await walletAt(2)
  const options = ['--metrics', '127.0.0.1:0', '--port', '0', '--yes']
  const serving = start(['serve', provider.address, ...options, ...place], { PRIVATE_KEY: wallet.privateKey })
  const url = await metricsOf(serving)
  await until(async () => (await valueOf(url, 'up')) === 1)
  serving.interrupt()
  expect((await serving.ended).code).toBe(0)
})

test.each(['nowhere', '127.0.0.1:99999', 'http://127.0.0.1:9464', '[127.0.0.1]:9464'])(
  '--metrics refuses %j before anything is sent',
  async (given) => {
    const { code, stderr } = await run(['watch', `--metrics=${given}`, '--address', provider.address, ...place])
    expect([code, stderr]).toEqual([2, expect.stringContaining('--metrics is a host and a port') as string])
  },
)
