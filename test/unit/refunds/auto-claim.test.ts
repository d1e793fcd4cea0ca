import { expect, test } from 'vitest'
import type { ClaimHold } from '../../../machines/auto-funding/auto-funding.types.ts'
import { createAutoClaim } from '../../../src/refunds/auto-claim.ts'
import type { ClaimOutcome } from '../../../src/refunds/claim-outcome.ts'
import type { Claims } from '../../../src/refunds/claim.ts'
import type { SubAccountId } from '../../../src/base/sub-account-key.ts'
import { silent } from '../../../src/base/logger.ts'

const id = (provider: string) => ({ provider, serviceType: 'inference' as const })
const outcome = (claimed: bigint): ClaimOutcome => ({
  claimed,
  putBack: 0n,
  receipts: [{ transactionHash: '0x1', blockNumber: 1, gasUsed: 1n, status: 1, success: true }],
})

/** Auto-claim whose claims the test settles, one group per sub-account. */
function autoClaim({ isClosing = false, now = 1_000 } = {}) {
  const running: { ids: string[]; settle: (result: Promise<ClaimOutcome>) => void }[] = []
  const claims: Pick<Claims, 'group' | 'claimGroup'> = {
    group: (accounts) => accounts.map((one) => [one]),
    claimGroup: (ids: readonly SubAccountId[]) =>
      new Promise((settle) => void running.push({ ids: ids.map(({ provider }) => provider), settle })),
  }
  const blockClock = { now: () => now }
  const { act, failureOf } = createAutoClaim({ claims, isClosing: () => isClosing, blockClock, logger: silent })
  return {
    failureOf,
    /** Acts on a plan; `due` are the sub-accounts whose claim need not wait. */
    act(due: readonly string[], waiting: readonly string[] = []) {
      const decisionOf = (provider: string, wait: ClaimHold | null) => ({
        ...id(provider),
        available: 0n,
        claim: { amount: 5n, cost: 0n, wait },
      })
      act({
        decisions: [
          ...due.map((provider) => decisionOf(provider, null)),
          ...waiting.map((provider) => decisionOf(provider, 'paused')),
        ],
      })
    },
    running: () => running.map(({ ids }) => ids),
    async settle(result: Promise<ClaimOutcome>) {
      result.catch(() => undefined)
      running.shift()?.settle(result)
      await new Promise(setImmediate)
    },
  }
}

test('auto-claim claims what is due in a plan, and begins no claim that is under way', async () => {
  const { act, running, settle } = autoClaim()
  act(['alice', 'bob'], ['carol'])
  act(['alice', 'bob'])
  expect(running()).toEqual([['alice'], ['bob']])
  await settle(Promise.resolve(outcome(5n)))
  act(['alice', 'bob'])
  expect(running()).toEqual([['bob'], ['alice']])
})

test('a failure is remembered with its block time until a claim succeeds', async () => {
  const { act, settle, failureOf } = autoClaim()
  act(['alice'])
  await settle(Promise.reject(new Error('no gas')))
  expect(failureOf(id('alice'))).toEqual({ at: 1_000, count: 1, message: 'no gas' })
  expect(failureOf(id('bob'))).toBeNull()
  act(['alice'])
  await settle(Promise.resolve(outcome(0n)))
  expect(failureOf(id('alice'))).toEqual({ at: 1_000, count: 2, message: 'A retrieve claimed nothing.' })
  act(['alice'])
  await settle(Promise.resolve(outcome(5n)))
  expect(failureOf(id('alice'))).toBeNull()
})

test('auto-claim does nothing while the ledger is being closed', () => {
  const { act, running } = autoClaim({ isClosing: true })
  act(['alice'])
  expect(running()).toEqual([])
})
