import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEther as og, Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBroker, LockedError, memoryJournal, type EndpointHoldReason } from '../../../src/index.ts'
import { fileJournal } from '../../../src/transactions/file-journal.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import {
  BODY,
  endpointWorld,
  FEE,
  FIRST_SIGHT_MS,
  type EndpointWorld,
  type EndpointWorldOptions,
} from '../../support/endpoint-world.ts'
import { floods } from '../../support/provider-server.ts'
import { startProxy } from '../../support/proxy.ts'

let chain: LocalChain

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0 })
})
afterAll(() => chain[Symbol.asyncDispose]())

/** What live providers say of a sub-account that holds too little. */
const short = (required = '1.25', unsettled = '0.000000') =>
  'validate request: insufficient balance: your locked balance is 1.200000 0G, but the required minimum is ' +
  `${required} 0G (breakdown: minimum reserve 1.000000 0G + unsettled fees ${unsettled} 0G + current request fee 0.250000 0G)`

const answers =
  (status: number, body: string | object, headers: Record<string, string> = {}) =>
  (...[, response]: Parameters<NonNullable<Parameters<EndpointWorld['provider']['intercept']>[0]>>): boolean =>
    Boolean(response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body)))

/** Of the requests that the app sent; auto-funding asks for the unsettled fee. */
const statuses = ({ provider }: EndpointWorld) =>
  provider.requests.filter(({ path }) => path.startsWith('/v1/proxy/')).map(({ status }) => status)

describe('a request that is not rejected', () => {
  test('is signed in and sent once, and its answer is the provider’s own', async () => {
    await using world = await endpointWorld(chain, { sub: '3' })
    const { endpoint, provider, broker } = world
    expect([endpoint.provider, endpoint.baseURL, endpoint.model]).toEqual([
      provider.address,
      `${provider.url}/v1/proxy`,
      'local-model',
    ])
    const response = await world.ask({ headers: { authorization: 'Bearer 0g', 'x-own': 'kept' } })
    expect([response.status, response.headers.get('ZG-Res-Key')]).toEqual([200, 'chatcmpl-1'])
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'You said: hello' } }] })
    expect(provider.requests).toMatchObject([{ method: 'POST', body: BODY, headers: { 'x-own': 'kept' } }])
    expect(provider.requests[0]?.headers.authorization).toMatch(/^Bearer app-sk-/)
    expect(world.sent()).toEqual([])
    const counts = { requests: 1, rejected: 0, held: 0, aborted: 0, retried: 0, answered: 0, funded: 0, paid: 0n }
    expect(endpoint.counts()).toEqual(counts)
    expect(broker.inference.endpointCounts()).toEqual([{ provider: provider.address, ...counts }])
  })

  test('asks the node nothing and signs nothing anew', async () => {
    await using proxy = await startProxy(chain.anvil.url)
    const node = connect(proxy.url)
    await using world = await endpointWorld(chain, { sub: '5', node })
    await world.ask()
    proxy.reset()
    await Promise.all([world.ask(), world.ask()])
    expect(proxy.calls).toEqual({})
    const tokens = new Set(world.provider.requests.map(({ headers }) => headers.authorization))
    expect(tokens.size).toBe(1)
    node.destroy()
  })
})

describe('a rejected request', () => {
  test('is answered once the sub-account is filled up to the trigger, and paid once', async () => {
    await using world = await endpointWorld(chain)
    const response = await world.ask()
    expect([response.status, response.headers.get('ZG-Res-Key')]).toEqual([200, 'chatcmpl-1'])
    expect(statuses(world)).toEqual([400, 200])
    expect(world.provider.requests.map(({ body }) => body)).toEqual([BODY, BODY])
    expect([world.sent(), await world.available()]).toEqual([[og('0.8')], og('2')])
    const counts = {
      requests: 1,
      rejected: 1,
      held: 0,
      aborted: 0,
      retried: 1,
      answered: 1,
      funded: 1,
      paid: og('0.8'),
    }
    expect(world.endpoint.counts()).toEqual(counts)
    expect(world.broker.inference.endpointCounts()).toEqual([{ provider: world.provider.address, ...counts }])
    expect([world.pauses, world.holds]).toEqual([[], []])
  })

  test('counts what the provider has not settled yet into the trigger', async () => {
    await using world = await endpointWorld(chain, { sub: '1.6' })
    for (let index = 0; index < 2; index += 1) await world.ask()
    expect(world.sent()).toEqual([])
    expect((await world.ask()).status).toBe(200)
    expect(await world.available()).toBe(og('2') + 2n * FEE)
  })

  test('is sent twice at most, whatever the provider says', async () => {
    await using world = await endpointWorld(chain)
    world.provider.intercept(answers(400, { error: short() }))
    const response = await world.ask()
    expect([response.status, await response.json()]).toEqual([400, { error: short() }])
    expect(statuses(world)).toEqual([400, 400])
    // Enough is there by now: nothing more is paid.
    await world.ask()
    expect(statuses(world)).toEqual([400, 400, 400, 400])
    expect(world.sent()).toEqual([og('0.8')])
    expect(world.logged).toEqual(Array(2).fill('a request is rejected again after its funding'))
    expect(world.endpoint.counts()).toMatchObject({ rejected: 2, retried: 2, answered: 0, funded: 1 })
  })

  test('waits for one payment with those that are rejected together, for the most that one of them demands', async () => {
    await using world = await endpointWorld(chain)
    const waiting: (() => void)[] = []
    world.provider.intercept((request, response) => {
      const index = waiting.length
      if (index === 10) return answers(200, {})(request, response)
      // Each demands more than the one before, up to 3.15 OG.
      const unsettled = (index * 0.2).toFixed(6)
      const rejection = { error: short((index * 0.2 + 1.35).toFixed(6), unsettled) }
      waiting.push(() => answers(400, rejection)(request, response))
      if (waiting.length === 10) waiting.forEach((answer) => answer())
      return true
    })
    const responses = await Promise.all(Array.from({ length: 10 }, () => world.ask()))
    expect(responses.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect([world.sent(), await world.available()]).toEqual([[og('2.6')], og('3.8')])
    expect(world.endpoint.counts()).toMatchObject({ rejected: 10, retried: 10, answered: 10, funded: 1 })
  })

  test('waits for one payment with those of another endpoint of the provider', async () => {
    await using world = await endpointWorld(chain, { provider: { fee: og('0.02') }, sub: '1.01' })
    const other = await world.broker.inference.endpoint(world.provider.address)
    const [first, second] = await Promise.all([
      world.ask(),
      other.fetch(`${other.baseURL}/chat/completions`, { method: 'POST', body: BODY }),
    ])
    expect([first.status, second.status]).toEqual([200, 200])
    expect(world.sent()).toEqual([og('0.99')])
    expect(world.broker.inference.endpointCounts()).toMatchObject([
      { requests: 2, rejected: 2, answered: 2, funded: 1 },
    ])
  })

  test.each([
    ['bytes', () => new TextEncoder().encode(BODY)],
    ['a buffer', () => new TextEncoder().encode(BODY).buffer],
  ])('is sent again with a body of %s', async (_, body) => {
    await using world = await endpointWorld(chain)
    expect((await world.ask({ body: body() })).status).toBe(200)
    expect(world.provider.requests.map((request) => request.body)).toEqual([BODY, BODY])
  })

  test('is given back unpaid where its body is a stream', async () => {
    await using world = await endpointWorld(chain)
    const body = new Blob([BODY]).stream()
    const response = await world.ask({ body, duplex: 'half' } as RequestInit)
    expect(await response.json()).toMatchObject({
      error: expect.stringMatching(/^validate request: insufficient balance/) as string,
    })
    expect([statuses(world), world.sent()]).toEqual([[400], []])
    expect(world.holds).toMatchObject([{ reason: 'not-resendable', error: null, required: og('1.250001') }])
  })

  test('may be an object of its own, without a body', async () => {
    await using world = await endpointWorld(chain)
    world.provider.intercept((request, response) =>
      request.method === 'GET' && statuses(world).length === 1
        ? answers(400, { error: short() })(request, response)
        : false,
    )
    const response = await world.endpoint.fetch(new Request(`${world.endpoint.baseURL}/models`))
    expect([response.status, statuses(world), world.sent()]).toEqual([200, [400, 200], [og('0.8')]])
  })
})

describe('a first sub-account', () => {
  const paid = og('2')

  test('is opened, and after 30 seconds the request is sent a second and last time', async () => {
    await using world = await endpointWorld(chain, { sub: null })
    const response = await world.ask()
    expect(response.status).toBe(200)
    expect([statuses(world), world.sent(), world.pauses]).toEqual([[400, 200], [paid], [FIRST_SIGHT_MS]])
  })

  test('is waited for once, also where the provider does not see it then', async () => {
    await using world = await endpointWorld(chain, { sub: null })
    world.provider.intercept(answers(400, { error: 'validate request: get account from contract, account not exist' }))
    expect((await world.ask()).status).toBe(400)
    expect([statuses(world), world.sent(), world.pauses]).toEqual([[400, 400], [paid], [FIRST_SIGHT_MS]])
    expect(world.endpoint.counts()).toMatchObject({ rejected: 1, retried: 1, answered: 0, funded: 1 })
  })

  test('is waited for where the provider names amounts instead', async () => {
    await using world = await endpointWorld(chain, { sub: null })
    world.provider.intercept((request, response) =>
      statuses(world).length === 1 ? answers(400, { error: short() })(request, response) : false,
    )
    expect((await world.ask()).status).toBe(200)
    expect([world.sent(), world.pauses]).toEqual([[paid], [FIRST_SIGHT_MS]])
  })

  test('is not paid again where the chain shows it and the provider does not yet', async () => {
    await using world = await endpointWorld(chain, { sub: '1.3' })
    let left = 1
    world.provider.intercept((request, response) =>
      left-- > 0 ? answers(400, { error: 'get account from contract, account not exist' })(request, response) : false,
    )
    expect((await world.ask()).status).toBe(200)
    expect([world.sent(), world.pauses]).toEqual([[], [FIRST_SIGHT_MS]])
  })
})

describe('an answer that is no rejection is returned as it is, and costs nothing:', () => {
  const rejection = JSON.stringify({ error: short() })
  test.each<[string, number, string]>([
    ['success', 200, rejection],
    ['payment required, as the Router says', 402, rejection],
    ['forbidden', 403, rejection],
    ['too many requests', 429, rejection],
    ['a failure', 500, rejection],
    ['a failure of a gateway', 503, rejection],
    ['another rejection', 400, JSON.stringify({ error: 'model not found' })],
    ['a longer text', 400, rejection + ' '.repeat(20_000)],
  ])('%s', async (_, status, body) => {
    await using world = await endpointWorld(chain)
    world.provider.intercept(answers(status, body))
    const response = await world.ask()
    expect([response.status, await response.text()]).toEqual([status, body])
    expect([statuses(world), world.sent(), world.holds]).toEqual([[status], [], []])
  })

  test('an endless body', async () => {
    await using world = await endpointWorld(chain)
    world.provider.intercept((_, response) => {
      response.writeHead(400)
      response.write(rejection)
      floods({} as never, response)
      return true
    })
    const response = await world.ask()
    expect([response.status, world.sent()]).toEqual([400, []])
    const reader = response.body!.getReader()
    expect(new TextDecoder().decode((await reader.read()).value).startsWith(rejection)).toBe(true)
    await reader.cancel()
  })

  test('a body that does not end', async () => {
    await using world = await endpointWorld(chain)
    world.provider.intercept((_, response) => response.writeHead(400).write(rejection))
    world.clock.hurries = true
    const response = await world.ask()
    expect([response.status, world.sent()]).toEqual([400, []])
    const reader = response.body!.getReader()
    expect(new TextDecoder().decode((await reader.read()).value)).toBe(rejection)
    await reader.cancel()
  })

  test('a redirect, which the token does not follow', async () => {
    await using world = await endpointWorld(chain)
    world.provider.intercept(answers(307, '', { location: `${world.provider.url}/v1/proxy/elsewhere` }))
    expect((await world.ask()).status).toBe(307)
    expect(statuses(world)).toEqual([307])
  })
})

describe('where the broker holds, the request gets the provider’s own response, and a reason:', () => {
  const held: [EndpointHoldReason, EndpointWorldOptions, ((world: EndpointWorld) => unknown)?][] = [
    ['over-max', { endpoint: { maxTopUp: '0.05' } }],
    ['budget-exhausted', { endpoint: { budget: { amount: '0.05', per: '1h' } } }],
    ['budget-exhausted', { broker: { budget: { amount: '0.05', per: '1h' } } }],
    ['ledger-short', { ledger: '3.04', sub: '1.02', provider: { fee: og('2.5') } }],
    ['ledger-missing', { ledger: null }],
    ['reserve', {}, ({ broker, provider }) => start(broker, provider.address, { ledgerReserve: '18.8' })],
    ['paused', {}, ({ broker, provider }) => start(broker, provider.address, {})],
    [
      'awaiting-approval',
      {},
      ({ broker, provider }) =>
        broker.inference.startAutoFunding(provider.address, { approve: () => new Promise<boolean>(() => undefined) }),
    ],
    ['gas-short', {}, ({ user }) => chain.provider.send('anvil_setBalance', [user.address, '0x1'])],
    ['refund-pending', { sub: '3' }, ({ broker }) => broker.ledger.retrieveFund('inference')],
    ['anomaly', {}, ({ provider }) => provider.intercept(answers(400, { error: short('12.5', '11.25') }))],
    ['not-funded', { endpoint: { timeoutMs: 0 } }],
  ]
  const start = (broker: EndpointWorld['broker'], provider: string, config: object) => {
    broker.inference.startAutoFunding(provider, config)
    if (!('ledgerReserve' in config)) broker.inference.pauseAutoFunding(provider)
  }

  test.each(held)('%s, %#', async (reason, options, prepare) => {
    await using world = await endpointWorld(chain, { ...options })
    await prepare?.(world)
    const before = world.sent()
    const response = await world.ask()
    expect([response.status, typeof ((await response.json()) as { error: string }).error]).toEqual([400, 'string'])
    expect(world.holds.map((hold) => hold.reason)).toEqual([reason])
    expect(world.logged.filter((line) => line === 'a rejected request is not funded')).toHaveLength(1)
    expect([statuses(world).length, world.sent()]).toEqual([1, before])
    expect(world.endpoint.counts()).toMatchObject({ rejected: 1, held: 1, retried: 0, funded: 0 })
  })

  test('locked, while another process sends for the wallet', async () => {
    const refused = memoryJournal()
    refused.load = () => Promise.reject(new LockedError('Another process sends for this wallet.'))
    await using world = await endpointWorld(chain, { broker: { journal: refused } })
    expect((await world.ask()).status).toBe(400)
    expect(world.holds.map(({ reason }) => reason)).toEqual(['locked'])
  })

  test('locked by the file of the journal: the reason names it, and the next request is funded once it is free', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'og-ledger-locked-')), 'wallet.journal')
    const signer = new Wallet(Wallet.createRandom().privateKey, chain.provider)
    const holder = await createBroker({ signer, network: chain.network, journal: fileJournal(path) })
    await using world = await endpointWorld(chain, { broker: { journal: fileJournal(path) } })
    const refused = await world.ask()
    expect([refused.status, typeof ((await refused.json()) as { error: string }).error]).toEqual([400, 'string'])
    const [hold] = world.holds
    expect(hold).toMatchObject({ reason: 'locked', required: expect.any(BigInt) as bigint })
    expect(hold?.error?.message).toContain('Another broker of this process sends transactions for this wallet.')
    expect(hold?.error?.message).toContain(path)
    expect(world.logged).toContain('a rejected request is not funded')
    await holder.close()
    expect((await world.ask()).status).toBe(200)
    expect(world.sent()).toEqual([og('0.8')])
  })

  test.each<[string, () => unknown]>([
    ['rejects', () => Promise.reject(new Error('of the app'))],
    [
      'throws',
      () => {
        throw new Error('of the app')
      },
    ],
  ])('an onHold that %s changes nothing', async (_, onHold) => {
    await using world = await endpointWorld(chain, { endpoint: { maxTopUp: '0.01', onHold } })
    expect((await world.ask()).status).toBe(400)
    expect(world.logged.at(-1)).toBe('onHold failed')
  })
})

describe('limits', () => {
  test('that leave less than the trigger, and enough for the request, are used up', async () => {
    await using world = await endpointWorld(chain, { endpoint: { maxTopUp: '0.3' } })
    expect((await world.ask()).status).toBe(200)
    expect(world.sent()).toEqual([og('0.3')])
  })

  test('a budget is that of the provider in the window: other payments count, and it comes back with time', async () => {
    await using world = await endpointWorld(chain, { endpoint: { budget: { amount: '1', per: '1h' } } })
    await world.broker.inference.ensureFunded(world.provider.address, '1.21')
    expect((await world.ask()).status).toBe(200)
    expect(world.sent()).toEqual([og('0.01'), og('0.79')])
    await world.provider.settle(world.user.address, og('0.9'))
    // The provider's view of the balance is older than that.
    world.clock.nowMs += 30_000
    expect((await world.ask()).status).toBe(400)
    expect(world.holds.map(({ reason }) => reason)).toEqual(['budget-exhausted'])
    await chain.warp(3_600)
    expect((await world.ask()).status).toBe(200)
  })
})
