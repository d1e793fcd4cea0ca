import { parseEther as og, Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createBroker,
  InvalidInputError,
  memoryJournal,
  ReadOnlyError,
  ServiceNotOfferedError,
} from '../../../src/index.ts'
import { callOf, transact } from '../../../src/local/transact.ts'
import { connect, localChain, type LocalChain } from '../../support/chain.ts'
import { BODY, endpointWorld, FIRST_SIGHT_MS } from '../../support/endpoint-world.ts'
import { startProxy } from '../../support/proxy.ts'
import { until } from '../../support/until.ts'

const HOUR_MS = 3_600_000

let chain: LocalChain

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 1 })
})
afterAll(() => chain[Symbol.asyncDispose]())

describe('the session token', () => {
  test('is made once, and anew when less than an hour of its day is left', async () => {
    await using world = await endpointWorld(chain, { sub: '10' })
    const tokenAfter = async (ms: number) => {
      world.clock.nowMs = ms
      expect((await world.ask()).status).toBe(200)
      return world.provider.requests.at(-1)?.headers.authorization
    }
    const first = await tokenAfter(0)
    expect(await tokenAfter(22.9 * HOUR_MS)).toBe(first)
    const second = await tokenAfter(23.1 * HOUR_MS)
    expect(second).not.toBe(first)
    expect(await world.endpoint.headers()).toEqual({ Authorization: second })
  })

  test('is made anew after a refusal, when all tokens were revoked elsewhere', async () => {
    await using world = await endpointWorld(chain, { sub: '10' })
    expect((await world.ask()).status).toBe(200)
    await transact(world.user, [callOf(chain.contracts.inference, 'revokeAllTokens', [world.provider.address])])
    world.clock.nowMs += 30_000
    const refused = await world.ask()
    expect([refused.status, await refused.json()]).toEqual([400, { error: 'validate session: token has been revoked' }])
    expect((await world.ask()).status).toBe(200)
    expect(world.endpoint.counts()).toMatchObject({ requests: 3, rejected: 0 })
  })

  test('goes to no other address', async () => {
    await using world = await endpointWorld(chain, { sub: '3' })
    const { endpoint, provider } = world
    for (const address of [
      'http://127.0.0.1:9/v1/proxy/models',
      `${provider.url}/v1/proxy/../user`,
      `${provider.url}/v1/proxyother`,
      endpoint.baseURL.replace('http://', 'http://user@') + 'x',
      '/models',
    ])
      for (const input of URL.canParse(address) ? [address, new URL(address)] : [address])
        await expect(endpoint.fetch(input)).rejects.toThrow(InvalidInputError)
    expect(provider.requests).toEqual([])
    expect(endpoint.counts().requests).toBe(0)
  })

  test('is there while the node is not', async () => {
    await using proxy = await startProxy(chain.anvil.url)
    const node = connect(proxy.url)
    await using world = await endpointWorld(chain, { sub: '10', node })
    await world.ask()
    proxy.fault(() => ({ kind: 'http', status: 503 }))
    // The broker's view of the service is ten minutes old.
    world.clock.nowMs += 660_000
    expect((await world.ask()).status).toBe(200)
    node.destroy()
  })
})

describe('an aborted request', () => {
  test('does not wait for the person who signs in, and one that was aborted before asks for nothing', async () => {
    await using world = await endpointWorld(chain)
    const asked: unknown[] = []
    const signMessage = (message: unknown) => new Promise<string>(() => asked.push(message))
    const signer = Object.assign(new Wallet(world.user.privateKey, chain.provider), { signMessage })
    await using broker = await createBroker({ signer, network: chain.network, journal: memoryJournal() })
    const { fetch, baseURL, counts } = await broker.inference.endpoint(world.provider.address)
    const ask = (signal: AbortSignal) => fetch(`${baseURL}/chat/completions`, { method: 'POST', body: BODY, signal })
    await expect(ask(AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late')
    expect([asked, counts().requests]).toEqual([[], 0])
    const abort = new AbortController()
    const waiting = ask(abort.signal)
    await until(() => asked.length === 1)
    abort.abort(new Error('changed my mind'))
    await expect(waiting).rejects.toThrow('changed my mind')
    expect(world.provider.requests).toEqual([])
  })

  test('that waits for its payment rejects; the payment counts', async () => {
    await using world = await endpointWorld(chain)
    await chain.setAutomine(false)
    try {
      const abort = new AbortController()
      const asked = world.ask({ signal: abort.signal })
      await until(() => world.sent().length === 1)
      abort.abort(new Error('changed my mind'))
      await expect(asked).rejects.toThrow('changed my mind')
      expect(world.endpoint.counts()).toMatchObject({ rejected: 1, aborted: 1, retried: 0 })
    } finally {
      await chain.setAutomine(true)
      await chain.mine()
    }
    expect((await world.ask()).status).toBe(200)
    expect(world.sent()).toEqual([og('0.8')])
  })

  test('causes no payment where nothing was sent yet, and no other request waits for it', async () => {
    await using proxy = await startProxy(chain.anvil.url)
    const node = connect(proxy.url)
    await using world = await endpointWorld(chain, { node })
    // The price of gas is known then: the next request to the node is the reading that the payment waits for.
    await world.broker.plan()
    const goOn = proxy.pause()
    const abort = new AbortController()
    const before = proxy.requests
    const asked = world.ask({ signal: abort.signal })
    await until(() => proxy.requests > before)
    abort.abort()
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' })
    goOn()
    // It waits for the turn of the sub-account, which the funding has.
    await world.broker.inference.ensureFunded(world.provider.address, '0')
    expect([world.sent(), world.holds]).toEqual([[], []])
    node.destroy()
  })

  test('that waits until the provider sees a first sub-account is not sent again', async () => {
    await using world = await endpointWorld(chain, { sub: null })
    world.clock.passes = false
    const abort = new AbortController()
    const asked = world.ask({ signal: abort.signal })
    await until(() => world.pauses.length === 1)
    abort.abort()
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' })
    expect([world.pauses, world.provider.requests.map(({ status }) => status)]).toEqual([[FIRST_SIGHT_MS], [400]])
  })
})

describe('an endpoint is refused', () => {
  test('for options that cannot work, before anything is asked', async () => {
    await using world = await endpointWorld(chain, { sub: '3' })
    const open = (options: object) => world.broker.inference.endpoint(world.provider.address, options)
    await expect(open({ maxTopup: '5' })).rejects.toThrow('endpoint has no option maxTopup.')
    await expect(open({ maxTopUp: 5 })).rejects.toThrow(TypeError)
    await expect(open({ maxTopUp: '0' })).rejects.toThrow('maxTopUp is more than nothing.')
    await expect(open({ budget: { amount: '5', per: '32d' } })).rejects.toThrow(InvalidInputError)
    await expect(open({ onPendingRefund: 'use' })).rejects.toThrow('onPendingRefund is "hold" or "reuse".')
    await expect(open({ onHold: 'log' })).rejects.toThrow('onHold is a function.')
    await expect(world.broker.inference.endpoint('0x12')).rejects.toThrow('This is not an address.')
    await expect(open({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortedError' })
  })

  test('at an address that offers no inference', async () => {
    await using world = await endpointWorld(chain, { sub: '3' })
    const tuner = chain.fineTuning[0]?.address ?? ''
    const refusal = world.broker.inference.endpoint(tuner)
    await expect(refusal).rejects.toThrow(ServiceNotOfferedError)
    await expect(refusal).rejects.toMatchObject({ offers: ['fine-tuning'] })
  })

  test('without a signer, and where the wallet asks a person for each signature', async () => {
    await using world = await endpointWorld(chain, { sub: '3' })
    const { address } = world.provider
    await using reader = await createBroker({
      provider: chain.provider,
      address: world.user.address,
      network: chain.network,
    })
    await expect(reader.inference.endpoint(address)).rejects.toThrow(ReadOnlyError)
    const signer = await chain.provider.getSigner(chain.wallets[0]?.address ?? '')
    await using browser = await createBroker({ signer, network: chain.network, journal: memoryJournal() })
    await expect(browser.inference.endpoint(address)).rejects.toThrow(
      'An endpoint signs in without a person, and this wallet asks one for each signature.',
    )
  })
})

test('an endpoint sends through the fetch that it is given', async () => {
  const urls: string[] = []
  const own: typeof fetch = (input, init) => {
    urls.push(input instanceof Request ? input.url : input.toString())
    return fetch(input, init)
  }
  await using world = await endpointWorld(chain, { sub: '3', endpoint: { fetch: own } })
  expect((await world.ask({ body: BODY })).status).toBe(200)
  expect(urls).toEqual([`${world.endpoint.baseURL}/chat/completions`])
})
