import { expect, test, vi } from 'vitest'
import type { Decision, Position, TopUpRequest } from '../../../machines/index.ts'
import type { Rules } from '../../../src/chain/port.ts'
import { ReadError } from '../../../src/base/errors.ts'
import type { Plan } from '../../../src/funding/planner.ts'
import { createTopUp } from '../../../src/funding/top-up.ts'
import { transferIntent } from '../../../src/transactions/build-intent.ts'
import { noLimits, position } from '../../support/plans.ts'

const id = { provider: 'alice', serviceType: 'inference' } as const
const request: TopUpRequest = { ...id, amount: '10', decidedAt: 900 }
const rules = { serviceNames: { inference: 'inference-v1.0' } } as Rules
const { signal } = new AbortController()

const row = {
  ...id,
  state: 'low',
  available: 0n,
  pendingRefund: 0n,
  required: 10n,
  target: 10n,
  deficit: 10n,
  burnRate: null,
  runway: null,
  limits: noLimits,
} as const
const topUp = (amount: bigint, pendingRefund = 0n): Decision => ({
  ...row,
  pendingRefund,
  action: 'top-up',
  amount,
  fromRefund: 0n,
})
const propose = (amount: bigint): Decision => ({ ...row, action: 'propose', amount, fromRefund: 0n })
const hold: Decision = { ...row, action: 'hold', reason: 'paused' }

const planOf = (decision: Decision | undefined, block = { number: 100, timestamp: 1_000 }): Plan => ({
  block,
  position: position(100n, [], { block }),
  decisions: decision ? [decision] : [],
  shortfall: 0n,
  gasReserve: 0n,
})

/** A top-up with this latest plan; a new reading makes the plan that `fresh` gives the latest one. */
function setup({ latest, fresh }: { latest?: Plan; fresh?: Plan }) {
  let current = latest ?? null
  const steps: string[] = []
  const read = vi.fn(async (_signal?: AbortSignal): Promise<Position> => {
    if (!fresh) throw new ReadError('The chain could not be read.', {})
    steps.push('read')
    current = fresh
    return fresh.position
  })
  const positions = { fresh: read, isOvertaken: vi.fn((_block: number) => false) }
  const locks = { isTaken: vi.fn(() => false) }
  const submit = vi.fn(async () => {
    steps.push('submit')
    return { transactionHash: '0x1', blockNumber: 101, gasUsed: 1n, status: 1, success: true }
  })
  const send = createTopUp({
    rules,
    planner: {
      plan(at) {
        steps.push('plan')
        expect(at).toBe(fresh?.position)
        return fresh ?? planOf(undefined)
      },
    },
    dispatch: { latest: () => current, decisionOf: () => current?.decisions[0] },
    positions,
    locks,
    submit,
  })
  return { send: () => send(request, signal), read, positions, locks, submit, steps }
}

const transfer = (decidedAt: number, pendingRefund = 0n) => transferIntent(id, 10n, rules, { decidedAt, pendingRefund })

test('a top-up that the latest plan decided is sent without another reading, in the background', async () => {
  const { send, submit, steps } = setup({ latest: planOf(topUp(10n)) })
  expect(await send()).toEqual({ transactionHash: '0x1', blockNumber: 101 })
  expect(submit.mock.calls).toEqual([[transfer(1_000), { signal, background: true }]])
  expect(steps).toEqual(['submit'])
})

test.each([
  ['the same', 10n],
  ['more', 12n],
])('an approved amount is sent as approved where a fresh plan wants %s', async (_, wanted) => {
  const fresh = planOf(propose(wanted), { number: 110, timestamp: 1_100 })
  const { send, submit, read, steps } = setup({ latest: planOf(propose(10n)), fresh })
  await send()
  expect(read.mock.calls).toEqual([[signal]])
  expect(submit.mock.calls).toEqual([[transfer(1_100), { signal, background: true }]])
  expect(steps).toEqual(['read', 'plan', 'submit'])
})

test.each([
  ['wants less', propose(9n), { wanted: '0.000000000000000009 OG' }],
  ['holds', hold, { wanted: '0 OG', because: 'paused' }],
  ['does not have the account', undefined, { wanted: '0 OG' }],
])('an approved amount is refused where a fresh plan %s, and may be proposed again', async (_, decision, facts) => {
  const { send, submit } = setup({ latest: planOf(propose(10n)), fresh: planOf(decision) })
  await expect(send()).rejects.toMatchObject({
    name: 'NotSentError',
    message: expect.stringMatching(/^The approved amount is not wanted any more\./) as string,
    facts: { provider: 'alice', approved: '0.00000000000000001 OG', ...facts },
    retryable: true,
  })
  expect(submit).not.toHaveBeenCalled()
})

test('an approved amount is refused where the position cannot be read', async () => {
  const { send, submit } = setup({ latest: planOf(propose(10n)) })
  await expect(send()).rejects.toMatchObject({ name: 'ReadError' })
  expect(submit).not.toHaveBeenCalled()
})

test.each([
  ['another transaction for the sub-account is in flight', { isTaken: true, isOvertaken: false }],
  ['the latest plan is older than an own receipt', { isTaken: false, isOvertaken: true }],
])('a top-up is refused where %s, and the next plan decides anew', async (_, { isTaken, isOvertaken }) => {
  const { send, submit, locks, positions } = setup({ latest: planOf(topUp(10n)) })
  locks.isTaken.mockReturnValue(isTaken)
  positions.isOvertaken.mockImplementation((block) => isOvertaken && block === 100)
  await expect(send()).rejects.toMatchObject({
    name: 'NotSentError',
    message: 'Another transaction overtook the top-up.\n\nprovider: alice',
    retryable: true,
  })
  expect(submit).not.toHaveBeenCalled()
})

test('a pending refund pays first, so only the rest is reserved in the ledger', async () => {
  const { send, submit } = setup({ latest: planOf(topUp(10n, 4n)) })
  await send()
  expect(submit.mock.calls).toEqual([[transfer(1_000, 4n), { signal, background: true }]])
  expect(transfer(1_000, 4n).fromLedger).toBe(6n)
})

test('a payment counts from the later of decision and latest plan', async () => {
  const { send, submit } = setup({ latest: planOf(topUp(10n), { number: 100, timestamp: 800 }) })
  await send()
  expect(submit.mock.calls).toEqual([[transfer(900), { signal, background: true }]])
})

test('a rejection of the lane is the rejection of the top-up', async () => {
  const { send, submit } = setup({ latest: planOf(topUp(10n)) })
  submit.mockRejectedValue(new Error('reverted'))
  await expect(send()).rejects.toThrow('reverted')
})
