import { Wallet } from 'ethers'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { signSessionMessage } from '../../../src/chain/session-signature.ts'
import { createSessionTokens } from '../../../src/provider/session-token.ts'
import { validateSession } from '../../../src/local/session.ts'
import { untilHolds } from '../../support/until.ts'

const HOUR = 3_600_000
const wallet = new Wallet(`0x${'11'.repeat(32)}`)
const provider = '0xf07240Efa67755B5311bc75784a061eDB47165Dd'
const other = '0xa48f01287233509FD694a22Bf840225062E67836'

function tokens(nowMs = Date.UTC(2026, 4, 1)) {
  const clock = { nowMs }
  const sign = vi.fn<(message: string) => Promise<string>>(signSessionMessage(wallet))
  const { tokenFor } = createSessionTokens({
    wallet: wallet.address,
    sign,
    clock: { now: () => clock.nowMs, after: systemClock.after },
  })
  return { tokenFor, sign, clock }
}

const decoded = (token: string) => Buffer.from(token.replace('app-sk-', ''), 'base64').toString('utf8')

test('a provider recognises the wallet by its token', async () => {
  const { tokenFor, clock } = tokens()
  const token = await tokenFor(provider, 3)
  const rules = { provider, generation: 3, nowMs: clock.nowMs }
  expect(validateSession(`Bearer ${token}`, rules)).toBe(wallet.address)
  expect(validateSession(`Bearer ${token}`, { ...rules, nowMs: clock.nowMs + 24 * HOUR })).toBe(wallet.address)
  expect(() => validateSession(`Bearer ${token}`, { ...rules, nowMs: clock.nowMs + 25 * HOUR })).toThrow('expired')
  expect(() => validateSession(`Bearer ${token}`, { ...rules, provider: other })).toThrow('different provider')
  expect(() => validateSession(`Bearer ${token}`, { ...rules, generation: 4 })).toThrow('revoked')
})

test('the message is the JSON that providers hash, key by key and without blanks', async () => {
  const { tokenFor, clock, sign } = tokens()
  const text = decoded(await tokenFor(provider, 3))
  const [message = '', signature] = text.split('|')
  expect(message).toMatch(
    new RegExp(
      `^\\{"address":"${wallet.address}","provider":"${provider}","timestamp":${clock.nowMs},` +
        `"expiresAt":${clock.nowMs + 24 * HOUR},"nonce":"[0-9a-f]{32}","generation":3,"tokenId":255\\}$`,
    ),
  )
  expect(signature).toMatch(/^0x[0-9a-f]{130}$/)
  expect(sign.mock.calls).toEqual([[message]])
})

test('a token is cached per provider and generation, in whichever case the address is written', async () => {
  const { tokenFor, sign } = tokens()
  const first = await tokenFor(provider, 0)
  expect(await tokenFor(provider.toLowerCase(), 0)).toBe(first)
  expect(sign).toHaveBeenCalledTimes(1)
  expect(await tokenFor(provider, 1)).not.toBe(first)
  expect(await tokenFor(other, 0)).not.toBe(first)
  expect(sign).toHaveBeenCalledTimes(3)
})

test('a token is renewed when less than an hour is left, and when the clock was set back', async () => {
  const { tokenFor, sign, clock } = tokens()
  const first = await tokenFor(provider, 0)
  clock.nowMs += 23 * HOUR
  expect(await tokenFor(provider, 0)).toBe(first)
  clock.nowMs += 1
  const second = await tokenFor(provider, 0)
  expect(second).not.toBe(first)
  clock.nowMs -= 1
  expect(await tokenFor(provider, 0)).not.toBe(second)
  expect(sign).toHaveBeenCalledTimes(3)
})

test('the wallet is asked for one signature of a provider at a time', async () => {
  const waiting: (() => void)[] = []
  const sign = vi.fn<(message: string) => Promise<string>>(async (message) => {
    await new Promise<void>((resolve) => waiting.push(resolve))
    return signSessionMessage(wallet)(message)
  })
  const { tokenFor } = createSessionTokens({ wallet: wallet.address, sign })
  const [a, b, next, elsewhere] = [
    tokenFor(provider, 0),
    tokenFor(provider, 0),
    tokenFor(provider, 1),
    tokenFor(other, 0),
  ]
  await untilHolds(() => expect(waiting).toHaveLength(2))
  waiting.splice(0).forEach((resolve) => resolve())
  expect(await a).toBe(await b)
  await elsewhere
  await untilHolds(() => expect(waiting).toHaveLength(1))
  waiting.splice(0).forEach((resolve) => resolve())
  expect(await next).not.toBe(await a)
  expect(sign).toHaveBeenCalledTimes(3)
})

test('a refused signature rejects for every waiting caller, and the next caller asks anew', async () => {
  const { tokenFor, sign } = tokens()
  const refusal = Object.assign(new Error('user rejected action'), { code: 'ACTION_REJECTED' })
  sign.mockRejectedValueOnce(refusal)
  const outcomes = await Promise.allSettled([tokenFor(provider, 0), tokenFor(provider, 0)])
  expect(outcomes.map((outcome) => outcome.status === 'rejected' && String(outcome.reason))).toEqual(
    Array(2).fill(
      'SessionTokenError: The wallet did not sign in with the provider.\n\n' +
        `provider: ${provider}\nreason:   user rejected action (ACTION_REJECTED)`,
    ),
  )
  expect(await tokenFor(provider, 0)).toMatch(/^app-sk-/)
  expect(sign).toHaveBeenCalledTimes(2)
})

test('a signature that no provider can verify is refused', async () => {
  for (const signature of ['', '0x', `0x${'ab'.repeat(65)}`, `0x${'ab'.repeat(200)}`]) {
    const { tokenFor } = createSessionTokens({ wallet: wallet.address, sign: async () => signature })
    await expect(tokenFor(provider, 0)).rejects.toThrow('The wallet gave a signature that no provider can verify.')
  }
})

test('a generation is a whole number', async () => {
  const { tokenFor, sign } = tokens()
  for (const generation of [-1, 0.5, NaN, 2 ** 60])
    await expect(tokenFor(provider, generation)).rejects.toThrow('A generation is a whole number from 0 up.')
  expect(sign).not.toHaveBeenCalled()
})

test('a signature whose v counts from 0, or that is compact, is accepted', async () => {
  const signed = await signSessionMessage(wallet)('message')
  const fromZero = signed.slice(0, -2) + (signed.endsWith('1b') ? '00' : '01')
  expect(await signSessionMessage({ signMessage: async () => fromZero })('message')).toBe(signed)
  await expect(signSessionMessage({ signMessage: async () => `0x${'ab'.repeat(200)}` })('message')).rejects.toThrow(
    /^(?!.*abab)[^]*no provider can verify/,
  )
})

test('no error quotes the message that was to be signed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.string(), async (before, after) => {
      let message = ''
      const sign = (text: string): Promise<string> => {
        message = text
        throw new Error(before + text + after)
      }
      const { tokenFor } = createSessionTokens({ wallet: wallet.address, sign })
      const error = await tokenFor(provider, 0).catch((error: unknown) => error as Error)
      const { nonce } = JSON.parse(message) as { nonce: string }
      const text = JSON.stringify([error, String(error), (error as Error).stack, (error as Error).cause])
      expect(text).not.toContain(nonce)
      expect(text).not.toContain(JSON.stringify(message).slice(1, -1))
    }),
  )
})

test('a wallet that never signs does not keep the next question from it', async () => {
  vi.useFakeTimers()
  try {
    const { tokenFor, sign } = tokens()
    sign.mockImplementationOnce(() => new Promise(() => undefined))
    const hung = tokenFor(provider, 0).catch((error: Error) => error)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(await hung).toMatchObject({ name: 'SessionTokenError', retryable: true })
    expect(await tokenFor(provider, 0)).toMatch(/^app-sk-/)
  } finally {
    vi.useRealTimers()
  }
})
