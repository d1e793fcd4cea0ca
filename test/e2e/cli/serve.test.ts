import { parseEther as og, type Wallet } from 'ethers'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import OpenAI, { AuthenticationError, BadRequestError } from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startHttpProvider, type HttpProvider } from '../../../src/local/http-provider.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { testWallet } from '../../../src/local/wallets.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { until } from '../../support/until.ts'
import { placeOf, run, start } from './cli-process.ts'

const MODEL = 'served-model'
const messages = [{ role: 'user' as const, content: 'good day' }]

let chain: LocalChain
let provider: HttpProvider
let place: string[]
const wallets: Wallet[] = []

beforeAll(async () => {
  chain = await localChain({ wallets: 7, inferenceProviders: 1, fineTuningProviders: 0 })
  wallets.push(...chain.wallets)
  // The first provider of the chain is registered already, without a URL. It looks at balances each second.
  provider = await startHttpProvider(chain.contracts, testWallet(1, chain.provider), {
    model: MODEL,
    fee: og('0.25'),
    refreshMs: 1_000,
  })
  place = [...placeOf(chain), '--yes']
})
afterAll(async () => {
  await provider.stop()
  await chain[Symbol.asyncDispose]()
})

test('the OpenAI SDK chats through a sub-account that starts empty: the first request is funded and answered', async () => {
  const wallet = await walletWith('20')
  const serving = await serve(wallet, [provider.address])
  const client = new OpenAI({ baseURL: serving.baseURL, apiKey: serving.key, maxRetries: 0 })
  const models = await client.models.list()
  expect(models.data.map(({ id, owned_by }) => [id, owned_by])).toEqual([[MODEL, provider.address]])
  const completion = await client.chat.completions.create({ model: MODEL, messages })
  expect(completion.choices[0]?.message.content).toBe('You said: good day')
  const words: string[] = []
  const stream = await client.chat.completions.create({ model: MODEL, messages, stream: true })
  for await (const chunk of stream) words.push(chunk.choices[0]?.delta.content ?? '')
  expect(words.join('')).toBe('You said: good day')
  const { code, json, stderr } = await serving.end()
  expect(code).toBe(0)
  expect(json()).toMatchObject([
    { type: 'serving', baseURL: serving.baseURL, models: [MODEL] },
    { type: 'event', event: { version: 1, type: 'top-up.sent', provider: provider.address, amount: `${og('2')}` } },
    { type: 'event', event: { version: 1, type: 'top-up.mined', provider: provider.address, amount: `${og('2')}` } },
    { type: 'served', provider: provider.address, requests: 2, rejected: 1, held: 0, retried: 1, answered: 1 },
  ])
  expect(stderr).toContain('2 requests; rejected for lack of funds: 1, answered after 2 OG: 1.')
})

test("without a provider it serves those with a sub-account; where a limit holds, the client gets the provider's own rejection", async () => {
  const wallet = await walletWith('20')
  await transact(wallet, [
    callOf(chain.contracts.ledger, 'transferFund', [provider.address, 'inference-v1.0', og('1')]),
  ])
  const serving = await serve(wallet, ['--max-top-up', '0.01'])
  const client = new OpenAI({ baseURL: serving.baseURL, apiKey: serving.key, maxRetries: 0 })
  const refused = client.chat.completions.create({ model: MODEL, messages })
  await expect(refused).rejects.toThrow(BadRequestError)
  await expect(refused).rejects.toThrow('insufficient balance')
  const { json } = await serving.end()
  expect(json()).toMatchObject([
    { type: 'serving' },
    { type: 'hold', provider: provider.address },
    { type: 'served', held: 1 },
  ])
})

test('the key of a file is printed nowhere, stays the same, and another one is refused', async () => {
  const wallet = await walletWith('20')
  const file = join(process.env['XDG_STATE_HOME'] ?? '', `serve-key-${process.pid}`)
  const serving = await serve(wallet, [provider.address, '--key-file', file])
  const key = (await readFile(file, 'utf8')).trim()
  expect(serving.key).toBeNull()
  const listed = await new OpenAI({ baseURL: serving.baseURL, apiKey: key, maxRetries: 0 }).models.list()
  expect(listed.data.length).toBe(1)
  const stranger = new OpenAI({ baseURL: serving.baseURL, apiKey: 'og-other', maxRetries: 0 })
  await expect(stranger.models.list()).rejects.toThrow(AuthenticationError)
  const { stdout, stderr } = await serving.end()
  expect(stdout + stderr).not.toContain(key)
  await rm(file)
})

test('with --auto-fund a sub-account is filled before the first request', async () => {
  const wallet = await walletWith('20')
  const serving = await serve(wallet, [provider.address, '--auto-fund', '--interval-ms', '200'])
  const account = () => chain.contracts.inference.getFunction('getAccount')(wallet.address, provider.address)
  await until(() =>
    account().then(
      () => true,
      () => false,
    ),
  )
  const { code } = await serving.end()
  expect(code).toBe(0)
})

test('takes the commands of other processes, which send for its wallet', async () => {
  const wallet = await walletWith('5')
  const serving = await serve(wallet, [provider.address])
  const deposited = await run(['deposit', '2', ...place], { PRIVATE_KEY: wallet.privateKey })
  expect(deposited.stderr).toContain(`Process ${serving.pid} keeps this wallet, and sends it.\n`)
  expect(deposited.json()).toMatchObject([{ command: 'deposit', sent: true, status: 1 }])
  expect((await serving.end()).code).toBe(0)
})

test('a config gives each provider terms of its own, and fills the ledger with --auto-fund', async () => {
  const wallet = await walletWith('5')
  const file = join(process.env['XDG_STATE_HOME'] ?? '', `serve-${process.pid}.json`)
  const write = (more: object) => writeFile(file, JSON.stringify({ intervalMs: 200, ...more }))
  await write({
    providers: [{ provider: provider.address, maxTopUp: '0.01' }],
    autoDeposit: { trigger: '6', target: '9' },
  })
  const limited = await serve(wallet, ['--config', file])
  const asked = (serving: Awaited<ReturnType<typeof serve>>) =>
    new OpenAI({ baseURL: serving.baseURL, apiKey: serving.key ?? '', maxRetries: 0 }).chat.completions.create({
      model: MODEL,
      messages,
    })
  await expect(asked(limited)).rejects.toThrow(BadRequestError)
  const { json, stderr } = await limited.end()
  expect(json().slice(1, 2)).toMatchObject([{ type: 'hold', provider: provider.address, reason: 'over-max' }])
  expect(stderr).toContain('Left out without --auto-fund: autoDeposit.')

  await write({ providers: [{ provider: provider.address }], autoDeposit: { trigger: '6', target: '9' } })
  const serving = await serve(wallet, ['--config', file, '--auto-fund'])
  const { ledger } = chain.contracts
  const available = async () => ((await ledger.getFunction('getLedger')(wallet.address)) as [string, bigint])[1]
  await until(async () => (await available()) >= og('9'))
  expect((await asked(serving)).choices[0]?.message.content).toBe('You said: good day')
  expect((await serving.end()).code).toBe(0)
  await rm(file)
})

async function walletWith(ledger: string): Promise<Wallet> {
  const wallet = wallets.pop()
  if (!wallet) throw new Error('The chain lacks a wallet.')
  await transact(wallet, [callOf(chain.contracts.ledger, 'addLedger', [''], og(ledger))])
  return wallet
}

async function serve(wallet: Wallet, args: readonly string[]) {
  const command = start(['serve', ...args, '--port', '0', '--first-sight-ms', '1500', ...place], {
    PRIVATE_KEY: wallet.privateKey,
  })
  const line = await command.line((text) => text.startsWith('Serving '))
  const baseURL = line.slice(line.indexOf('http://'))
  const key = args.includes('--key-file')
    ? null
    : (await command.line((text) => text.startsWith('The key is '))).slice(11)
  return {
    pid: command.pid,
    baseURL,
    key,
    end() {
      command.interrupt()
      return command.ended
    },
  }
}
