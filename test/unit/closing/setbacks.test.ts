import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CLAIM_MARGIN, closingStep, type Position, type Setback } from '../../../machines/index.ts'
import { setbacksAfter } from '../../../src/closing/setbacks.ts'
import { LOCK, NOW, positionOf, subAccountOf } from '../../support/positions.ts'

const limits = { maxProvidersPerBatch: 20 }
const step = (...args: Parameters<typeof positionOf>) => closingStep(positionOf(...args), limits)

test('tokens that would come back to life are revoked before anything else', () => {
  const accounts = [
    subAccountOf('0xa', 'inference', { available: 1 }),
    subAccountOf('0xb', 'inference', { tokensRevoked: true }),
  ]
  expect(step(accounts, { available: 1 })).toEqual({ type: 'revoke', provider: '0xb' })
})

test('a refund is claimed once it has been unlocked for longer than the margin, and not before', () => {
  const refundOf = (age: number) => [subAccountOf('0xa', 'inference', { refunds: [[1, age]] })]
  expect(step(refundOf(LOCK + CLAIM_MARGIN - 1))).toEqual({ type: 'wait', until: NOW + 1 })
  expect(step(refundOf(LOCK + CLAIM_MARGIN))).toEqual({
    type: 'retrieve',
    serviceType: 'inference',
    providers: ['0xa'],
  })
})

test('a sub-account is claimed once all of it is unlocked, or once free money needs a refund place', () => {
  const unlocked = [1, LOCK + CLAIM_MARGIN] as const
  const locked = [1, 10] as const
  const wait = { type: 'wait', until: NOW + LOCK - 10 + CLAIM_MARGIN }
  const retrieve = { type: 'retrieve', serviceType: 'fine-tuning', providers: ['0xa'] }
  const holding = (available: number, ...refunds: (readonly [number, number])[]) => [
    subAccountOf('0xa', 'fine-tuning', { available, refunds }),
  ]
  expect(step(holding(0, unlocked, locked))).toEqual(wait)
  expect(step(holding(1, unlocked, locked))).toEqual(retrieve)
  // All five places are taken.
  expect(step(holding(1, locked, locked, locked, locked, locked))).toEqual(wait)
  expect(step(holding(1, unlocked, locked, locked, locked, locked))).toEqual(retrieve)
})

test('closing withdraws once all is home, and deletes a ledger that providers charged to zero', () => {
  const empty = [subAccountOf('0xa', 'inference')]
  expect(step(empty, { available: 7 })).toEqual({ type: 'withdraw', amount: '7' })
  expect(step(empty)).toEqual({ type: 'delete' })
  expect(step(empty, { stray: 2 })).toEqual({ type: 'stuck', amount: '2' })
  expect(closingStep({ ...positionOf([]), ledger: null }, limits)).toBeNull()
})

test('a refused sub-account rests, but not for a failure from the future', () => {
  const at = positionOf([subAccountOf('0xa', 'inference', { available: 1 })])
  const after = (seconds: number) => {
    const failure = { count: 1, at: NOW + seconds, message: 'no' }
    const setbacks: Setback[] = [{ provider: '0xa', serviceType: 'inference', atMost: 1, failure }]
    return closingStep(at, { ...limits, setbacks })?.type
  }
  expect([after(-1), after(3_600), after(3_601)]).toEqual(['wait', 'wait', 'retrieve'])
})

test('what lies in other versions is retrieved by the exact name, after the services that the network names', () => {
  const own = subAccountOf('0xa', 'inference', { available: 1 })
  const other = { ...subAccountOf('0xa', 'inference', { available: 2 }), service: 'inference-v1.1', lockTime: LOCK }
  const third = { ...subAccountOf('0xb', 'inference', { available: 3 }), service: 'inference-v1.2', lockTime: LOCK }
  const at = (...left: string[]): Position => {
    const all = { ...positionOf([own], { stray: 5 }), elsewhere: [other, third] }
    const isLeft = (name: string) => left.includes(name)
    return {
      ...all,
      subAccounts: all.subAccounts.filter(() => isLeft('own')),
      elsewhere: all.elsewhere.filter(({ service }) => isLeft(service)),
    }
  }
  const retrieve = { type: 'retrieve', serviceType: 'inference', providers: ['0xa'] } as const
  const next = (position: Position, setbacks: readonly Setback[] = []) => closingStep(position, { ...limits, setbacks })
  expect(next(at('own', 'inference-v1.1', 'inference-v1.2'))).toEqual(retrieve)
  const ofOther = next(at('inference-v1.1', 'inference-v1.2'))
  expect(ofOther).toEqual({ ...retrieve, service: 'inference-v1.1' })
  if (!ofOther) throw new Error('There is a step.')
  const setbacks = setbacksAfter([], ofOther, { at: NOW, message: 'refused' })
  expect(setbacks).toEqual([
    {
      provider: '0xa',
      serviceType: 'inference',
      service: 'inference-v1.1',
      atMost: 1,
      failure: { count: 1, at: NOW, message: 'refused' },
    },
  ])
  // A refusal there holds up neither another version nor the same provider in the network's own service.
  expect(next(at('own', 'inference-v1.1'), setbacks)).toEqual(retrieve)
  const ofThird = { ...retrieve, service: 'inference-v1.2', providers: ['0xb'] }
  expect(next(at('inference-v1.1', 'inference-v1.2'), setbacks)).toEqual(ofThird)
  expect(setbacksAfter(setbacks, ofThird, null)).toEqual(setbacks)
  expect(setbacksAfter(setbacks, ofOther, null)).toEqual([])
  expect(next(at())).toEqual({ type: 'stuck', amount: '6' })
})

test('providers whose retrieve is refused spoil few batches: all others are retrieved, and these back off longer and longer', () => {
  const count = 30
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(count - 1), { minLength: 1, maxLength: 3 }), (bad) => {
      const providers = Array.from({ length: count }, (_, index) => `0x${index}`)
      const isBad = (provider: string) => bad.some((index) => providers[index] === provider)
      let left = new Set(providers)
      let setbacks: readonly Setback[] = []
      let refusals = 0
      let now = NOW
      for (let sent = 0; left.size > bad.length || setbacks.some((one) => one.failure === null); sent += 1) {
        expect(sent).toBeLessThan(40)
        const next = closingStep(positionAt(now, left), { ...limits, setbacks })
        if (next?.type !== 'retrieve') throw new Error(`${next?.type} while something can be retrieved`)
        const isRefused = next.providers.some(isBad)
        setbacks = setbacksAfter(setbacks, next, isRefused ? { at: now, message: 'refused' } : null)
        if (isRefused) refusals += 1
        else left = new Set([...left].filter((provider) => !next.providers.includes(provider)))
      }
      expect([...left].every(isBad)).toBe(true)
      expect(refusals).toBeLessThanOrEqual(6 * bad.length)

      const rests: number[] = []
      for (let again = 0; again < 5; again += 1) {
        const wait = closingStep(positionAt(now, left), { ...limits, setbacks })
        if (wait?.type !== 'wait') throw new Error(`${wait?.type} instead of resting`)
        rests.push(wait.until - now)
        now = Math.max(...setbacks.map(({ failure }) => (failure ? failure.at + 4_600 : 0)))
        for (const provider of left) {
          const alone = { type: 'retrieve', serviceType: 'inference', providers: [provider] } as const
          setbacks = setbacksAfter(setbacks, alone, { at: now, message: 'refused' })
        }
      }
      expect(rests).toEqual(rests.toSorted((a, b) => a - b))
      expect(rests.at(-1)).toBeGreaterThan(200)
    }),
    { numRuns: 100 },
  )
})

function positionAt(timestamp: number, providers: ReadonlySet<string>): Position {
  const accounts = [...providers].map((provider) => subAccountOf(provider, 'inference', { available: 1 }))
  return { ...positionOf(accounts), block: { number: 1, timestamp } }
}
