import { expect, test } from 'vitest'
import type { Position } from '../../../machines/index.ts'
import type { Plan } from '../../../src/funding/plan.ts'
import { createReclaims } from '../../../src/refunds/reclaim.ts'
import type { ReclaimRequest } from '../../../src/refunds/claim-saga.ts'
import { nothingClaimed, type ClaimOutcome } from '../../../src/refunds/claim-outcome.ts'
import { AbortedError } from '../../../src/base/errors.ts'
import { silent } from '../../../src/base/logger.ts'
import { position } from '../../support/plans.ts'

const id = (provider: string) => ({ provider, serviceType: 'inference' as const })
const at = position(0n, [])

/** Requests that the test settles; `kept` is what is kept where money is due at a position. */
function setup({ isClosing = false, kept = 7n }: { isClosing?: boolean; kept?: bigint | null } = {}) {
  const running: { provider: string; request: ReclaimRequest; settle: (result: Promise<ClaimOutcome>) => void }[] = []
  const state = { isClosing, kept }
  const reclaims = createReclaims({
    claims: {
      reclaim: ({ provider }, request) => new Promise((settle) => void running.push({ provider, request, settle })),
    },
    isClosing: () => state.isClosing,
    keptAt: (_id, _at: Position) => state.kept,
    blockClock: { now: () => 1_000 },
    logger: silent,
  })
  return {
    ...reclaims,
    state,
    running,
    /** Acts on a plan in which these are due. */
    plan(...due: string[]) {
      const decisions = due.map((provider) => ({ ...id(provider), reclaim: { wait: null } }))
      reclaims.act({ decisions, position: at } as unknown as Plan)
    },
    async settle(result: () => Promise<ClaimOutcome>) {
      running.shift()?.settle(result())
      await new Promise(setImmediate)
    },
  }
}

test('idle money is asked back from one sub-account at a time', async () => {
  const { plan, running, isUnderway, settle } = setup()
  plan()
  expect([running.length, isUnderway()]).toEqual([0, false])
  plan('a', 'b')
  plan('b')
  expect([running.map(({ provider }) => provider), isUnderway()]).toEqual([['a'], true])
  await settle(() => Promise.resolve(nothingClaimed))
  plan('b')
  expect(running.map(({ provider }) => provider)).toEqual(['b'])
})

test('a request is decided on once more, alone with the sub-account', () => {
  const { plan, running, state } = setup()
  plan('a')
  const isDue = () => running[0]?.request.isDue(at)
  const due = isDue()
  Object.assign(state, { kept: 8n })
  const changed = isDue()
  Object.assign(state, { kept: null })
  const used = isDue()
  Object.assign(state, { kept: 7n, isClosing: true })
  expect([running[0]?.request.keep, due, changed, used, isDue()]).toEqual([7n, true, false, false, false])
})

test('nothing is asked back while the ledger is being closed, or where the plan is overtaken', () => {
  const closing = setup({ isClosing: true })
  closing.plan('a')
  const overtaken = setup({ kept: null })
  overtaken.plan('a')
  expect([closing.running, overtaken.running]).toEqual([[], []])
})

test('a failure is remembered until a request succeeds, and the end of the broker is none', async () => {
  const { plan, settle, failureOf } = setup()
  const failures: unknown[] = []
  for (const result of [
    () => Promise.reject(new Error('first')),
    () => Promise.reject(new Error('second')),
    () => Promise.reject(new AbortedError('closed')),
    () => Promise.resolve(nothingClaimed),
  ]) {
    plan('a')
    await settle(result)
    failures.push(failureOf(id('a')))
  }
  const second = { count: 2, at: 1_000, message: 'second' }
  expect(failures).toEqual([{ count: 1, at: 1_000, message: 'first' }, second, second, null])
})
