import { expect, test, vi } from 'vitest'
import type { Decision, DecisionRow, Position } from '../../../machines/index.ts'
import type { Plan } from '../../../src/funding/plan.ts'
import { createTopUp, type TopUpOptions } from '../../../src/funding/top-up.ts'

const provider = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const request = { provider, serviceType: 'inference', amount: '5', decidedAt: 100 } as const
const row = { provider, serviceType: 'inference', pendingRefund: 2n } as DecisionRow
const topUp = (amount: bigint): Decision => ({ ...row, action: 'top-up', amount, fromRefund: 0n })
const propose = (amount: bigint): Decision => ({ ...row, action: 'propose', amount, fromRefund: 0n })
const hold: Decision = { ...row, action: 'hold', reason: 'paused' }

const position = { block: { number: 9, timestamp: 120 } } as Position
const planOf = (...decisions: Decision[]): Plan => ({
  block: position.block,
  position,
  decisions,
  shortfall: 0n,
  gasReserve: 0n,
})

function setUp({ latest, fresh = latest, ...more }: { latest: Plan; fresh?: Plan } & Partial<TopUpOptions>) {
  const submit = vi.fn<TopUpOptions['submit']>(() =>
    Promise.resolve({ transactionHash: '0xh', blockNumber: 10, gasUsed: 1n, status: 1, success: true }),
  )
  const read = vi.fn(() => Promise.resolve(position))
  const send = createTopUp({
    planner: { plan: () => fresh },
    dispatch: { latest: () => latest, decisionOf: () => latest.decisions[0] },
    positions: { fresh: read, isOvertaken: () => false },
    isTaken: () => false,
    rules: { serviceNames: { inference: 'inference-v1.0' } } as never,
    submit,
    ...more,
  })
  const { signal } = new AbortController()
  return { submit, read, send: () => send(request, signal) }
}

test('a decided top-up is sent without another reading, and counts for budgets from the newest block on', async () => {
  const { send, submit, read } = setUp({ latest: planOf(topUp(5n)) })
  expect(await send()).toEqual({ transactionHash: '0xh', blockNumber: 10 })
  expect(read).toHaveBeenCalledTimes(0)
  expect(submit.mock.calls).toEqual([
    [
      {
        call: { contract: 'ledger', method: 'transferFund', args: [provider, 'inference-v1.0', 5n] },
        subAccount: { provider, serviceType: 'inference' },
        touches: [{ provider, serviceType: 'inference' }],
        asOf: 9,
        decidedAt: 120,
        amount: 5n,
        fromLedger: 3n,
      },
      { signal: expect.any(AbortSignal) as AbortSignal, background: true },
    ],
  ])
})

test('an approved top-up is checked against a new reading, and sent where that wants as much', async () => {
  const { send, submit, read } = setUp({ latest: planOf(propose(5n)), fresh: planOf(propose(6n)) })
  await send()
  expect(read).toHaveBeenCalledTimes(1)
  expect(submit).toHaveBeenCalledTimes(1)
})

test.each([
  ['wants less', planOf(propose(4n)), 'wanted:   0.000000000000000004 OG'],
  ['holds it', planOf(hold), 'because:  paused'],
  ['does not know the account any more', planOf(), 'wanted:   0 OG'],
])('an approved top-up is refused where a new plan %s', async (_, fresh, fact) => {
  const { send, submit } = setUp({ latest: planOf(propose(5n)), fresh })
  const error = await send().catch((reason: unknown) => reason as Error & { retryable: boolean })
  expect(error).toMatchObject({ name: 'OvertakenError', retryable: true })
  expect((error as Error).message).toContain('What was approved is not wanted any more.')
  expect((error as Error).message).toContain(fact)
  expect(submit).toHaveBeenCalledTimes(0)
})

test.each([
  ['a caller is deciding about the sub-account', { isTaken: () => true }],
  [
    'a receipt came that the newest plan does not show',
    { positions: { fresh: () => Promise.resolve(position), isOvertaken: (block: number) => block === 9 } },
  ],
])('a top-up is refused where %s', async (_, more) => {
  const { send, submit } = setUp({ latest: planOf(topUp(5n)), ...more })
  await expect(send()).rejects.toMatchObject({ name: 'OvertakenError', retryable: true })
  expect(submit).toHaveBeenCalledTimes(0)
})
