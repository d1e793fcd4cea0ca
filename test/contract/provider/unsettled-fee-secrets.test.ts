import { Wallet } from 'ethers'
import fc from 'fast-check'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { signSessionMessage } from '../../../src/chain/session-signature.ts'
import { createSessionTokens } from '../../../src/provider/session-token.ts'
import { createProviderFees } from '../../../src/provider/unsettled-fee.ts'
import { answers, startProviderServer } from '../../support/provider-server.ts'

const wallet = new Wallet(`0x${'11'.repeat(32)}`)
const provider = '0xf07240Efa67755B5311bc75784a061eDB47165Dd'

const word = fc.string({
  unit: fc.constantFrom(...'abcdefghijkmnopqrstuvwxyz0123456789'.split('')),
  minLength: 12,
  maxLength: 40,
})
const noise = fc.string({ unit: 'binary', maxLength: 40 })

/** A provider whose service has this URL, as the chain shows it. */
const servedAt = (url: string) => ({
  of: async () => ({
    registered: true,
    url,
    model: '',
    prices: null,
    accepted: true,
    acknowledged: true,
    generation: 0,
    fineTuning: null,
  }),
  known: () => null,
  doubt: () => undefined,
})

/** Everything of an error that a logger, a console or a reporter could print. */
const shownOf = (error: unknown): string =>
  [
    String(error),
    (error as Error).stack,
    inspect(error, { depth: null, showHidden: true }),
    JSON.stringify(error),
  ].join('\n')

type Case = { path: string; key: string; status: number; before: string; after: string; how: number }
const cases: fc.Arbitrary<Case> = fc.record({
  path: word,
  key: word,
  status: fc.constantFrom(200, 302, 400, 401, 403, 404, 429, 500),
  before: noise,
  after: noise,
  how: fc.nat({ max: 7 }),
})

/** Ways to say something again. */
const echoes: readonly ((text: string) => unknown)[] = [
  (text) => text,
  (text) => ({ error: text }),
  (text) => ({ error: { message: text } }),
  (text) => ({ message: text, userAddress: text, unsettledFee: text }),
  (text) => ({ error: Array.from(text).join('\u200b') }),
  (text) => ({ error: text.replaceAll('=', '\u0007=') }),
  (text) => ({ userAddress: wallet.address, unsettledFee: text }),
  (text) => ({ error: `${'x'.repeat(150)} ${text}` }),
]

async function leaks({ path, key, status, before, after, how }: Case, where: 'server' | 'fetch' | 'sign') {
  const signatures: string[] = []
  const { tokenFor } = createSessionTokens({
    wallet: wallet.address,
    async sign(message) {
      const signature = await signSessionMessage(wallet)(message)
      signatures.push(signature, message)
      if (where === 'sign') throw new Error(`${before}${message}${signature}${after}`)
      return signature
    },
  })
  const echo = (parts: string[]): string => JSON.stringify(echoes[how]?.(before + parts.join(' ') + after))
  await using server = await startProviderServer()
  const url = `${server.url}/${path}?key=${key}`
  let token = ''
  server.behave((request, response) => {
    token = request.headers.authorization?.replace('Bearer ', '') ?? ''
    answers(status, echo([path, key, token, ...signatures, url, request.url ?? '']))(request, response)
  })
  const fees = createProviderFees({
    wallet: wallet.address,
    tokenFor,
    services: servedAt(url),
    clock: systemClock,
    ...(where === 'fetch' && {
      async fetch(target, init) {
        token = new Headers(init?.headers).get('authorization')?.replace('Bearer ', '') ?? ''
        const text = echo([token, target instanceof URL ? target.href : '', url, path, key])
        throw Object.assign(new TypeError(text, { cause: new Error(text) }), { config: init })
      },
    }),
  })
  const error: unknown = await fees.ask(provider).catch((error: unknown) => error)
  const shown = shownOf(error)
  const secrets = [token, token.replace('app-sk-', ''), ...signatures, path, key, `/${path}`].filter(Boolean)
  // Nor with blanks in between, as where invisible characters were.
  const dense = shown.replace(/\s+/g, '')
  return { error, found: secrets.filter((secret) => shown.includes(secret) || dense.includes(secret)) }
}

test.each(['server', 'fetch', 'sign'] as const)(
  'no error shows token, signature, path or query, whatever the %s says',
  async (where) => {
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        const { error, found } = await leaks(one, where)
        expect(error).toMatchObject({ name: 'UnsettledFeeError' })
        expect(found).toEqual([])
        const reason = (error as { facts: { reason: string } }).facts.reason
        expect(Array.from(reason).length).toBeLessThanOrEqual(200)
        // oxlint-disable-next-line no-control-regex
        expect(reason).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b\u202e\u2028]/)
      }),
      { numRuns: 150 },
    )
  },
)

test('a token that cannot be a header is not quoted', async () => {
  const token = 'app-sk-secretsecret\nsecretsecret'
  await using server = await startProviderServer()
  const fees = createProviderFees({
    wallet: wallet.address,
    tokenFor: async () => token,
    services: servedAt(server.url),
    clock: systemClock,
  })
  const error: unknown = await fees.ask(provider).catch((error: unknown) => error)
  expect(shownOf(error)).not.toContain('secretsecret')
  expect(server.requests).toEqual([])
})
