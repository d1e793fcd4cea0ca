import { Wallet } from 'ethers'
import { once } from 'node:events'
import { expect, test, vi } from 'vitest'
import { ReadError } from '../../../src/base/errors.ts'
import { systemClock } from '../../../src/base/clock.ts'
import { signSessionMessage } from '../../../src/chain/session-signature.ts'
import type { ProviderService } from '../../../src/chain/service.ts'
import { createSessionTokens } from '../../../src/provider/session-token.ts'
import { createProviderFees, type ProviderFeesOptions } from '../../../src/provider/unsettled-fee.ts'
import type { UnsettledFeeError } from '../../../src/provider/unsettled-fee-error.ts'
import {
  answers,
  breaksOff,
  drips,
  floods,
  hangs,
  startProviderServer,
  tellsFees,
  type Behaviour,
} from '../../support/provider-server.ts'

const wallet = new Wallet(`0x${'11'.repeat(32)}`)
const user = wallet.address
const provider = '0xf07240Efa67755B5311bc75784a061eDB47165Dd'
const rules = { provider, generation: 3 }
/** A service with an acknowledged sub-account. */
const ready: ProviderService = {
  registered: true,
  url: '',
  model: '',
  prices: null,
  accepted: true,
  acknowledged: true,
  generation: 3,
  fineTuning: null,
}

/** A provider's server, and what asks it. `clock` is the client's. */
async function setup(behaviour: Behaviour, options: Partial<ProviderFeesOptions> = {}) {
  const server = await startProviderServer(behaviour)
  const seen = { settled: false }
  const head = new EventTarget()
  const fetch: typeof globalThis.fetch = async (...request) => {
    const response = await globalThis.fetch(...request)
    head.dispatchEvent(new Event('arrived'))
    return response
  }
  const clock = { nowMs: Date.now() }
  const now = () => clock.nowMs
  const { tokenFor } = createSessionTokens({
    wallet: user,
    sign: signSessionMessage(wallet),
    clock: { now, after: systemClock.after },
  })
  const chain = { service: { ...ready, url: server.url }, known: null as ProviderService | null }
  const services = { of: async () => chain.service, known: () => chain.known, doubt: vi.fn() }
  const fees = createProviderFees({
    wallet: user,
    tokenFor,
    services,
    clock: { now, after: systemClock.after },
    fetch,
    ...options,
  })
  const ask = (url = server.url) => {
    chain.service.url = url
    return fees.ask(provider)
  }
  const failure = (url?: string) =>
    ask(url)
      .then(
        () => expect.fail('it was answered'),
        (error: unknown) => error as UnsettledFeeError,
      )
      .finally(() => (seen.settled = true))
  return {
    fees,
    chain,
    doubted: services.doubt,
    server,
    clock,
    seen,
    head: () => once(head, 'arrived'),
    ask,
    failure,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

/** An answer of 200 that tells this fee. */
const fee = (unsettledFee: unknown, userAddress: unknown = user) => answers(200, { userAddress, unsettledFee })

test('a provider tells the wallet its fee', async () => {
  await using one = await setup(tellsFees({ [user]: 449_911_000_000_000_001n }, rules))
  expect(await one.ask()).toBe(449_911_000_000_000_001n)
  expect(one.server.requests.map(({ path }) => path)).toEqual([`/v1/user/${user}/unsettledfee`])
  expect(one.doubted).not.toHaveBeenCalled()
})

test.each<[string, Partial<ProviderService>]>([
  ['no service', { registered: false, url: null, model: null }],
  ['no sub-account', { generation: null }],
  ['a sub-account that is not acknowledged', { acknowledged: false }],
])('where the chain shows %s the fee is 0, and the provider is not asked', async (_, service) => {
  await using one = await setup(fee('1'))
  Object.assign(one.chain.service, service)
  expect(await one.fees.ask(provider)).toBe(0n)
  expect(one.server.requests).toEqual([])
  expect(one.fees.canAsk(provider)).toBe(true)
  one.chain.known = one.chain.service
  expect(one.fees.canAsk(provider)).toBe(false)
})

test('a service that cannot be read is a failed read, not a fee of 0', async () => {
  const unread = new ReadError('The chain could not be read.', {})
  const services = { of: () => Promise.reject(unread), known: () => null, doubt: vi.fn() }
  await using one = await setup(fee('1'), { services })
  await expect(one.ask()).rejects.toBe(unread)
  expect(services.doubt).not.toHaveBeenCalled()
})

test('the path of the request begins with that of the URL, and the query of the URL is left out', async () => {
  await using one = await setup(fee('1'))
  await one.ask(`${one.server.url}/base/of/it//?key=1#hash`)
  expect(one.server.requests.map(({ path }) => path)).toEqual([`/base/of/it/v1/user/${user}/unsettledfee`])
})

test('simultaneous callers share one request', async () => {
  const held: (() => void)[] = []
  await using one = await setup((...exchange) => void held.push(() => fee('2')(...exchange)))
  const asked = one.server.asked()
  const questions = [one.ask(), one.ask()]
  await asked
  questions.push(one.ask())
  held.forEach((answer) => answer())
  expect(await Promise.all(questions)).toEqual([2n, 2n, 2n])
  expect(one.server.requests).toHaveLength(1)
  one.server.behave(fee('3'))
  expect(await one.ask()).toBe(3n)
})

test.each<[string, Behaviour, Record<string, unknown>]>([
  [
    'a session it refuses',
    answers(400, { error: 'validate session: session token expired' }),
    {
      status: 400,
      retryable: false,
      reason: 'validate session: session token expired',
    },
  ],
  [
    'another user',
    answers(403, { error: 'you can only query your own unsettled fee' }),
    {
      status: 403,
      retryable: false,
      reason: 'you can only query your own unsettled fee',
    },
  ],
  [
    'no such endpoint',
    answers(404, '404 page not found'),
    {
      status: 404,
      retryable: false,
      reason: '404 page not found',
    },
  ],
  [
    'a failure',
    answers(500, { error: { message: 'internal\u0000\u001b[31m\r\nerror' } }),
    {
      status: 500,
      retryable: true,
      reason: 'internal [31m error',
    },
  ],
  ['a failure without words', answers(502, ''), { status: 502, retryable: true, reason: 'it gave no reason' }],
  [
    'a long complaint',
    answers(503, 'no '.repeat(500)),
    {
      status: 503,
      retryable: true,
      reason: `${'no '.repeat(66)}n…`,
    },
  ],
  [
    'an error with other contents',
    answers(418, { error: 7 }),
    { status: 418, retryable: false, reason: '{"error":7}' },
  ],
  [
    'a redirect',
    answers(307, '', { location: 'http://127.0.0.1:1/' }),
    {
      status: 307,
      retryable: false,
      reason: 'it gave no reason',
    },
  ],
  [
    "another user's fee",
    fee('1', provider),
    {
      status: 200,
      retryable: true,
      reason: "the answer is about another user's fee",
    },
  ],
  [
    'a fee without a user',
    fee('1', null),
    {
      status: 200,
      retryable: true,
      reason: 'the answer has no userAddress and unsettledFee',
    },
  ],
  [
    'a fee as a number',
    fee(1),
    {
      status: 200,
      retryable: true,
      reason: 'the answer has no userAddress and unsettledFee',
    },
  ],
  ['a negative fee', fee('-1'), { status: 200, retryable: true, reason: 'unsettledFee is no whole number of neuron' }],
  ['a fee in OG', fee('0.1'), { status: 200, retryable: true, reason: 'unsettledFee is no whole number of neuron' }],
  ['a fee in hex', fee('0x1'), { status: 200, retryable: true, reason: 'unsettledFee is no whole number of neuron' }],
  ['an empty fee', fee(''), { status: 200, retryable: true, reason: 'unsettledFee is no whole number of neuron' }],
  [
    'a fee that no contract holds',
    fee(String(2n ** 256n)),
    {
      status: 200,
      retryable: true,
      reason: 'unsettledFee is more than a contract can hold',
    },
  ],
  [
    'garbage',
    answers(200, '<html>'),
    {
      status: 200,
      retryable: true,
      reason: 'the answer has no userAddress and unsettledFee',
    },
  ],
  [
    'null',
    answers(200, 'null'),
    {
      status: 200,
      retryable: true,
      reason: 'the answer has no userAddress and unsettledFee',
    },
  ],
  ['an endless answer', floods, { status: 200, retryable: true, reason: 'the answer is longer than 16384 bytes' }],
  ['a broken connection', breaksOff, { status: null, retryable: true, reason: expect.stringMatching(/SOCKET|RESET/) }],
])('answered with %s, it rejects and says so', async (_, behaviour, expected) => {
  await using one = await setup(behaviour)
  const error = await one.failure()
  const { name, status, retryable, facts, cause } = error
  expect({ name, status, retryable, reason: facts['reason'], host: facts['host'], cause }).toEqual({
    name: 'UnsettledFeeError',
    host: new URL(one.server.url).host,
    ...expected,
  })
  expect(one.doubted.mock.calls).toEqual([[provider]])
  expect(one.server.requests).toHaveLength(1)
})

test('the largest fee that a contract holds is a fee', async () => {
  await using one = await setup(fee(String(2n ** 256n - 1n)))
  expect(await one.ask()).toBe(2n ** 256n - 1n)
})

test('an error is a sentence and its facts', async () => {
  await using one = await setup(answers(403, { error: 'you can only query your own unsettled fee' }))
  expect((await one.failure()).message).toBe(
    "The provider took the session token for another user's.\n\n" +
      `provider: ${provider}\n` +
      `host:     ${new URL(one.server.url).host}\n` +
      'status:   403\n' +
      'reason:   you can only query your own unsettled fee',
  )
})

test('a redirect is not followed: no other server gets the token', async () => {
  await using elsewhere = await startProviderServer(fee('1'))
  await using one = await setup(answers(302, '', { location: elsewhere.url }))
  expect((await one.failure()).status).toBe(302)
  expect(elsewhere.requests).toEqual([])
})

test('a provider without a server is a failure that may pass', async () => {
  await using one = await setup(hangs)
  await one.server[Symbol.asyncDispose]()
  const error = await one.failure()
  expect(error.facts['reason']).toContain('ECONNREFUSED')
  expect(error.retryable).toBe(true)
})

test.each([
  ['says nothing', hangs, null],
  ['starts and stops in the middle of an answer', drips(200), 200],
  ['starts and stops in the middle of a refusal', drips(500), 500],
])(
  'a request to a provider that %s fails after timeoutMs, and its connection is closed',
  async (_, behaviour, status) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      await using one = await setup(behaviour, { timeoutMs: 4_000 })
      const [asked, abandoned] = [one.server.asked(), one.server.abandoned()]
      const head = status === null ? asked : one.head()
      const failure = one.failure()
      await Promise.all([asked, head])
      await vi.advanceTimersByTimeAsync(3_999)
      expect(one.seen.settled).toBe(false)
      await vi.advanceTimersByTimeAsync(1)
      const error = await failure
      expect({ status: error.status, reason: error.facts['reason'], retryable: error.retryable }).toEqual({
        status,
        reason: 'no answer within 4000 ms',
        retryable: true,
      })
      await abandoned
      one.server.behave(fee('7'))
      expect(await one.ask()).toBe(7n)
    } finally {
      vi.useRealTimers()
    }
  },
)

test('a wallet that signs too late does not delay the caller, and its token is not sent', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const signed: ((token: string) => void)[] = []
    const tokenFor = () => new Promise<string>((resolve) => signed.push(resolve))
    const fetch = vi.fn<typeof globalThis.fetch>(async () => Response.json({}))
    await using one = await setup(hangs, { tokenFor, fetch })
    const failure = one.failure()
    await vi.advanceTimersByTimeAsync(5_000)
    expect((await failure).facts['reason']).toBe('no answer within 5000 ms')
    // The caller has its error already, so nothing is sent.
    signed.forEach((resolve) => resolve('app-sk-late'))
    await vi.advanceTimersByTimeAsync(0)
    expect(fetch).not.toHaveBeenCalled()
  } finally {
    vi.useRealTimers()
  }
})

test.each([
  ['7', 7_000],
  ['0', 1_000],
  ['86400', 3_600_000],
  ['', 30_000],
  ['-5', 30_000],
  ['Wed, 21 Oct 2026 07:28:00 GMT', 30_000],
  [undefined, 30_000],
])('after a 429 with Retry-After %j no request is sent for %i ms', async (seconds, pauseMs) => {
  const headers = seconds === undefined ? {} : { 'retry-after': seconds }
  await using one = await setup(answers(429, { error: 'rate limit' }, headers))
  const error = await one.failure()
  expect({ status: error.status, retryable: error.retryable, retryAt: error.retryAt }).toEqual({
    status: 429,
    retryable: true,
    retryAt: one.clock.nowMs + pauseMs,
  })
  one.server.behave(fee('1'))
  one.clock.nowMs += pauseMs - 1
  expect(await one.failure()).toBe(error)
  expect(one.server.requests).toHaveLength(1)
  one.clock.nowMs += 1
  expect(await one.ask()).toBe(1n)
})

test('a 429 counts although its body never ends', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    await using one = await setup(drips(429, { 'retry-after': '60' }))
    const head = one.head()
    const failure = one.failure()
    await head
    await vi.advanceTimersByTimeAsync(5_000)
    expect((await failure).retryAt).toBe(one.clock.nowMs + 60_000)
    expect(await one.failure()).toBe(await failure)
  } finally {
    vi.useRealTimers()
  }
})

test('a pause ends when the clock is set back to before it began', async () => {
  await using one = await setup(answers(429, '', { 'retry-after': '3600' }))
  await one.failure()
  one.server.behave(fee('1'))
  one.clock.nowMs -= 60_000
  expect(await one.ask()).toBe(1n)
})

test('a pause at one provider delays no other', async () => {
  await using one = await setup(answers(429, ''))
  await one.failure()
  one.server.behave(fee('1'))
  const other = '0xa48f01287233509FD694a22Bf840225062E67836'
  expect(await one.fees.ask(other)).toBe(1n)
})

test('a URL that breaks a rule gets neither a signature nor a request', async () => {
  const tokenFor = vi.fn<() => Promise<string>>(async () => 'app-sk-token')
  const resolve = vi.fn<(host: string) => Promise<string[]>>(async () => ['1.1.1.1', '10.0.0.1'])
  const fetch = vi.fn<typeof globalThis.fetch>(async () => Response.json({}))
  await using one = await setup(hangs, { tokenFor, resolve, fetch })
  for (const [url, rule] of [
    ['http://compute.example.com/path', 'it is https, or http on this machine'],
    ['https://169.254.169.254/latest', 'its address is public, not metadata'],
    ['https://compute.example.com/path', 'its address is public, not private'],
    ['nonsense', 'it is a URL'],
  ] as const) {
    const error = await one.failure(url)
    expect(error.facts['reason']).toBe(`refused before asking: the rule is that ${rule}`)
    expect(error.retryable).toBe(false)
  }
  expect(resolve.mock.calls).toEqual([['compute.example.com']])
  expect(tokenFor).not.toHaveBeenCalled()
  expect(fetch).not.toHaveBeenCalled()
})

test('a redirect whose target a browser hides is a redirect all the same', async () => {
  const hidden = { type: 'opaqueredirect', status: 0, body: null, headers: new Headers() } as Response
  await using one = await setup(hangs, { fetch: async () => hidden })
  const error = await one.failure()
  expect(error.status).toBe(302)
  expect(error.message).toContain('The provider redirected the request')
})
