import { parseEther as og, Wallet } from 'ethers'
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from 'vitest'
import { signSessionMessage } from '../../../src/chain/session-signature.ts'
import { createBroker, memoryJournal, parseInsufficientBalance } from '../../../src/index.ts'
import { startHttpProvider, type HttpProvider } from '../../../src/local/http-provider.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { testWallet } from '../../../src/local/wallets.ts'
import { createSessionTokens } from '../../../src/provider/session-token.ts'
import { localChain, type LocalChain } from '../../support/chain.ts'

const FEE = og('0.25')

let chain: LocalChain
let provider: HttpProvider
let user: Wallet
/** The provider's clock. */
let nowMs: number

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0 })
})
afterAll(() => chain[Symbol.asyncDispose]())
beforeEach(async () => {
  nowMs = Date.now()
  // The first provider of the chain is registered already, without a URL.
  provider = await startHttpProvider(chain.contracts, testWallet(1, chain.provider), { fee: FEE, now: () => nowMs })
  user = new Wallet(Wallet.createRandom().privateKey, chain.provider)
  await chain.provider.send('anvil_setBalance', [user.address, '0x3635c9adc5dea00000'])
  await transact(user, [callOf(chain.contracts.ledger, 'addLedger', [''], og('20'))])
})
afterEach(() => provider.stop())

const fund = (amount: string) =>
  transact(user, [callOf(chain.contracts.ledger, 'transferFund', [provider.address, 'inference-v1.0', og(amount)])])

async function tokenOf(wallet: Wallet, at = provider.address): Promise<string> {
  return createSessionTokens({ wallet: wallet.address, sign: signSessionMessage(wallet) }).tokenFor(at, 0)
}

async function post(path: string, body: object, token?: string): Promise<Response> {
  const authorization = `Bearer ${token ?? (await tokenOf(user))}`
  return fetch(`${provider.url}/v1/proxy${path}`, {
    method: 'POST',
    headers: { authorization },
    body: JSON.stringify(body),
  })
}

const hello = { messages: [{ role: 'user', content: 'hello there' }] }
const chat = (more: object = {}, token?: string) => post('/chat/completions', { ...hello, ...more }, token)
const errorOf = async (response: Response) => [response.status, ((await response.json()) as { error: string }).error]
const balance = async () => {
  const { inference } = chain.contracts
  return ((await inference.getFunction('getAccount')(user.address, provider.address)) as { balance: bigint }).balance
}

test('it is registered with its URL, and lists its model without a token', async () => {
  const { inference } = chain.contracts
  const service = (await inference.getFunction('getService')(provider.address)) as { url: string; model: string }
  expect([service.url, service.model]).toEqual([provider.url, 'local-model'])
  const listed = (await (await fetch(`${provider.url}/v1/proxy/models`)).json()) as { data: { id: string }[] }
  expect(listed.data.map(({ id }) => id)).toEqual(['local-model'])
})

test('it answers chat, streams and embeddings, each with the key of its answer and for its fee', async () => {
  await fund('3')
  const answer = await chat()
  expect([answer.status, answer.headers.get('ZG-Res-Key')]).toEqual([200, 'chatcmpl-1'])
  expect(await answer.json()).toMatchObject({
    id: 'chatcmpl-1',
    choices: [{ message: { role: 'assistant', content: 'You said: hello there' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 2, completion_tokens: 4, total_tokens: 6 },
  })
  const stream = await chat({ stream: true })
  expect([stream.headers.get('content-type'), stream.headers.get('ZG-Res-Key')]).toEqual([
    'text/event-stream',
    'chatcmpl-2',
  ])
  const lines = (await stream.text()).split('\n\n').filter((line) => line !== '')
  expect(lines.at(-1)).toBe('data: [DONE]')
  const words = lines
    .slice(0, -1)
    .map((line) => JSON.parse(line.slice(6)) as { choices: { delta: { content?: string } }[] })
    .map(({ choices }) => choices[0]?.delta.content ?? '')
  expect(words).toEqual(['', 'You ', 'said: ', 'hello ', 'there', ''])
  const vectors = await post('/embeddings', { input: ['a b', 'abc'] })
  expect(await vectors.json()).toMatchObject({ data: [{ embedding: [3, 2] }, { embedding: [3, 1] }] })
  expect(provider.unsettledFee(user.address)).toBe(3n * FEE)
  expect(provider.requests.map(({ status }) => status)).toEqual([200, 200, 200])
})

test("it rejects what the balance does not cover, in the live providers' words, and serves after a top-up", async () => {
  await fund('1.2')
  const [status, text] = await errorOf(await chat())
  expect(status).toBe(400)
  expect(text).toBe(
    'validate request: insufficient balance: your locked balance is 1.200000 0G, but the required minimum is 1.250000 0G ' +
      '(breakdown: minimum reserve 1.000000 0G + unsettled fees 0.000000 0G + current request fee 0.250000 0G). ' +
      `Please add more funds with: 0g-compute-cli transfer-fund --provider ${provider.address} --amount <amount>`,
  )
  expect(parseInsufficientBalance(String(text))).toMatchObject({ locked: og('1.2'), reserve: og('1'), fee: FEE })
  await fund('0.05')
  expect((await chat()).status).toBe(200)
  expect((await chat()).status).toBe(400)
})

test('it sees a first sub-account once its view of none is 30 seconds old', async () => {
  const absent = [400, 'validate request: get account from contract, account not exist']
  expect(await errorOf(await chat())).toEqual(absent)
  await fund('3')
  nowMs += 29_999
  expect(await errorOf(await chat())).toEqual(absent)
  nowMs += 1
  expect((await chat()).status).toBe(200)
})

test('it serves by its view of a balance until that is 30 seconds old', async () => {
  await fund('3')
  await chat()
  await provider.settle(user.address, og('1.9'))
  expect((await chat()).status).toBe(200)
  nowMs += 30_000
  expect((await chat()).status).toBe(400)
})

test('it settles what users owe on the chain, once', async () => {
  await fund('3')
  await chat()
  await chat()
  await Promise.all([provider.settleFees(), provider.settleFees()])
  expect([await balance(), provider.unsettledFee(user.address)]).toEqual([og('2.5'), 0n])
})

test('what a sub-account does not cover stays owed', async () => {
  await fund('1.25')
  await chat()
  await provider.settle(user.address, og('1.05'))
  await provider.settleFees()
  expect([await balance(), provider.unsettledFee(user.address)]).toEqual([0n, og('0.05')])
})

test('it accepts only its own tokens of the present generation', async () => {
  await fund('3')
  const other = await tokenOf(user, Wallet.createRandom().address)
  expect(await errorOf(await chat({}, 'nonsense'))).toEqual([
    400,
    'validate session: missing or invalid Authorization header',
  ])
  expect(await errorOf(await chat({}, other))).toEqual([
    400,
    'validate session: session token is for different provider',
  ])
  await transact(user, [callOf(chain.contracts.inference, 'revokeAllTokens', [provider.address])])
  nowMs += 30_000
  expect(await errorOf(await chat())).toEqual([400, 'validate session: token has been revoked'])
  expect(provider.unsettledFee(user.address)).toBe(0n)
})

test('ensureFunded without an amount counts the unsettled fee that it tells', async () => {
  await fund('1.5')
  await chat()
  await using broker = await createBroker({ signer: user, network: chain.network, journal: memoryJournal() })
  expect(await broker.inference.ensureFunded(provider.address)).toMatchObject({ success: true, warnings: [] })
  expect(await balance()).toBe(og('2') + FEE)
})

test('ensureFunded without an amount warns where it does not tell', async () => {
  await fund('1.5')
  provider.intercept((_, response) => Boolean(response.writeHead(503).end()))
  await using broker = await createBroker({ signer: user, network: chain.network, journal: memoryJournal() })
  const receipt = await broker.inference.ensureFunded(provider.address)
  expect(receipt?.warnings).toEqual([
    expect.stringMatching(/^The provider's unsettled fee is unknown: The provider failed\./) as string,
  ])
  expect(await balance()).toBe(og('2'))
})
