import { expect, test, vi } from 'vitest'
import type { SubAccountId } from '../../../src/base/sub-account-key.ts'
import { roomOf } from '../../../src/base/room.ts'
import { systemClock } from '../../../src/base/clock.ts'
import { refundsOn, type RefundsPartOptions } from '../../../src/engine/refunds-part.ts'
import type { Plan } from '../../../src/funding/plan.ts'
import type { Refunds } from '../../../src/refunds/refunds.ts'
import type { Lane } from '../../../src/transactions/lane.ts'
import { noLocks } from '../../../src/transactions/no-locks.ts'

const id: SubAccountId = { provider: '0x01', serviceType: 'inference' }
const planWith = (wait: string | null) =>
  ({ decisions: [{ ...id, claim: { wait }, reclaim: null }] }) as unknown as Plan
const [due, notDue] = [planWith(null), planWith('locked')]

/** Refunds of a page, whose network answers each load in turn. */
function refundsIn(answers: (() => Promise<void>)[], how: Partial<RefundsPartOptions> = {}) {
  const acts: Plan[] = []
  const made = {
    act: (plan: Plan) => void acts.push(plan),
    claims: {},
    failureOf: () => null,
    reclaims: { isUnderway: () => false, failureOf: () => null },
    resume: vi.fn<() => void>(),
  } as unknown as Refunds
  const room = roomOf(async () => {
    await answers.shift()?.()
    return { createRefunds: () => made }
  })
  const [nudge, warn] = [vi.fn<() => void>(), vi.fn<() => void>()]
  const lane = { workflows: { claims: { list: () => [] } } } as unknown as Lane
  const refunds = refundsOn({
    wallet: '0x02',
    lane,
    room,
    nudge,
    logger: { warn } as never,
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
  return { refunds, room, acts, nudge, warn, made }
}

const offline = () => Promise.reject(new Error('offline'))
const online = () => Promise.resolve()

test('what claims refunds is loaded with the first plan in which one is due, and acts on the plan after that', async () => {
  const { refunds, room, acts, nudge } = refundsIn([online])
  refunds.act(notDue)
  expect(room.now).toBeNull()
  refunds.act(due)
  refunds.act(due)
  await vi.waitFor(() => expect(nudge.mock.calls).toEqual([[]]))
  expect(acts).toEqual([])
  refunds.act(due)
  expect(acts).toEqual([due])
})

test('a load that fails is a warning, and the next plan tries again', async () => {
  const { refunds, acts, nudge, warn } = refundsIn([offline, online])
  refunds.act(due)
  await vi.waitFor(() =>
    expect(warn.mock.calls).toMatchObject([[{ err: { name: 'ChunkLoadError' } }, expect.stringContaining('loaded')]]),
  )
  expect([nudge.mock.calls.length, acts]).toEqual([0, []])
  refunds.act(due)
  await vi.waitFor(() => expect(nudge.mock.calls).toHaveLength(1))
})

test('a call to claim rejects where its code cannot be loaded, and the same call works later', async () => {
  const { refunds, made } = refundsIn([offline, online])
  await expect(refunds.claims()).rejects.toMatchObject({ name: 'ChunkLoadError', retryable: true })
  expect(await refunds.claims()).toBe(made.claims)
})

test('a wallet that only watches, and a ledger that is being closed, claim nothing and load nothing', async () => {
  const watching = refundsIn([], { lane: null })
  watching.refunds.act(due)
  await expect(watching.refunds.claims()).rejects.toMatchObject({ name: 'ReadOnlyError' })
  const closing = refundsIn([], {
    refuseWhileClosing(operation) {
      throw new Error(operation)
    },
  })
  await expect(closing.refunds.claims()).rejects.toThrow('claimRefunds')
  expect([watching.room.now, closing.room.now]).toEqual([null, null])
})
