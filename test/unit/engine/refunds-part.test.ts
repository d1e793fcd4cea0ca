import { expect, test, vi } from 'vitest'
import type { SubAccountId } from '../../../src/base/sub-account-key.ts'
import { systemClock } from '../../../src/base/clock.ts'
import { refundsOn, type RefundsPartOptions } from '../../../src/engine/refunds-part.ts'
import type { Plan } from '../../../src/funding/plan.ts'
import type { Refunds } from '../../../src/refunds/refunds.ts'
import type { Lane } from '../../../src/transactions/lane.types.ts'
import { noLocks } from '../../../src/transactions/no-locks.ts'

const id: SubAccountId = { provider: '0x01', serviceType: 'inference' }
const planWith = (wait: string | null) =>
  ({ decisions: [{ ...id, claim: { wait }, reclaim: null }] }) as unknown as Plan
const [due, notDue] = [planWith(null), planWith('locked')]

/** Refunds of a wallet whose journal has so many open claims. */
function refundsIn(openClaims: number, how: Partial<RefundsPartOptions> = {}) {
  const calls: unknown[] = []
  const made = {
    act: (plan: Plan) => void calls.push(plan),
    claims: {},
    failureOf: () => null,
    reclaims: { isUnderway: () => false, failureOf: () => null },
    resume: () => void calls.push('resume'),
  } as unknown as Refunds
  const createRefunds = vi.fn(() => made)
  const lane = { workflows: { claims: { list: () => Array.from({ length: openClaims }) } } } as unknown as Lane
  const refunds = refundsOn({
    wallet: '0x02',
    lane,
    sending: { createRefunds },
    logger: {} as never,
    locks: noLocks,
    read: () => Promise.reject(new Error('not read')),
    rules: {} as never,
    isClosing: () => false,
    refuseWhileClosing: () => undefined,
    keptAt: () => null,
    clock: systemClock,
    blockClock: {} as never,
    ...how,
  })
  return { refunds, calls, createRefunds, made }
}

test('what claims refunds is made with the first plan in which one is due, and acts on that plan', () => {
  const { refunds, calls, createRefunds } = refundsIn(0)
  refunds.resume()
  refunds.act(notDue)
  expect(createRefunds.mock.calls.length).toBe(0)
  refunds.act(due)
  refunds.act(due)
  expect([createRefunds.mock.calls.length, calls]).toEqual([1, [due, due]])
})

test('open claims of a journal are taken up as it opens', () => {
  const { refunds, calls } = refundsIn(1)
  refunds.resume()
  expect(calls).toEqual(['resume'])
})

test('a call to claim gets what claims at once', () => {
  const { refunds, made } = refundsIn(0)
  expect(refunds.claims()).toBe(made.claims)
})

test('a wallet that only watches, and a ledger that is being closed, claim nothing and make nothing', () => {
  const watching = refundsIn(0, { lane: null, sending: null })
  watching.refunds.act(due)
  expect(() => watching.refunds.claims()).toThrow(expect.objectContaining({ name: 'ReadOnlyError' }))
  const closing = refundsIn(0, {
    refuseWhileClosing(operation) {
      throw new Error(operation)
    },
  })
  expect(() => closing.refunds.claims()).toThrow('claimRefunds')
  expect([watching.createRefunds.mock.calls.length, closing.createRefunds.mock.calls.length]).toEqual([0, 0])
})
