import { createActor, fromPromise } from 'xstate'
import { expect, test } from 'vitest'
import {
  autoFundingMachine,
  type Approval,
  type Decision,
  type TopUpReceipt,
  type TopUpRequest,
} from '../../../machines/index.ts'
import { toPolicy } from '../../../src/funding/config.ts'
import { createDispatch } from '../../../src/funding/dispatch.ts'
import type { FundedAccount } from '../../../src/funding/funded-accounts.ts'
import type { Plan } from '../../../src/funding/planner.ts'
import { createUnsettledFee } from '../../../src/funding/unsettled-fees.ts'
import { systemClock } from '../../../src/base/clock.ts'
import { silent } from '../../../src/base/logger.ts'
import { position } from '../../support/plans.ts'

const alice = { provider: 'alice', serviceType: 'inference' } as const
const bob = { provider: 'bob', serviceType: 'inference' } as const

const hold = (id: FundedAccount['id'], reason: 'sufficient' | 'paused') =>
  ({ ...id, action: 'hold', reason }) as Decision
const act = (id: FundedAccount['id'], action: 'top-up' | 'propose', amount: bigint) =>
  ({ ...id, action, amount, fromRefund: 0n }) as Decision

function planOf(decisions: Decision[], number = 100): Plan {
  const at = position(100n, [], { block: { number, timestamp: number * 10 } })
  return { block: at.block, position: at, decisions, shortfall: 0n, gasReserve: 0n }
}

/** Actors of both accounts, whose top-ups are mined at block 105, and whose approvals never come. */
function setup() {
  const machine = autoFundingMachine.provide({
    actors: {
      topUp: fromPromise<TopUpReceipt, TopUpRequest>(async () => ({ transactionHash: '0x1', blockNumber: 105 })),
      approve: fromPromise<Approval, TopUpRequest>(() => new Promise(() => undefined)),
    },
  })
  const accounts = new Map(
    [alice, bob].map((id): [string, FundedAccount] => {
      const actor = createActor(machine, { input: id }).start()
      const fee = createUnsettledFee(id, null, { providerFees: null, clock: systemClock, logger: silent })
      const policy = toPolicy({ approvalTimeoutMs: 60_000 }, 1n)
      return [`inference:${id.provider}`, { id, actor, policy, fee, isPaused: false }]
    }),
  )
  const events: string[] = []
  for (const { id, actor } of accounts.values())
    actor.system.inspect((event) => {
      if (event.type === '@xstate.event' && event.event.type.startsWith('plan.'))
        events.push(`${id.provider} ${event.event.type}`)
      if (event.type === '@xstate.event' && event.event.type === 'reading.caughtUp')
        events.push(`${id.provider} caught up`)
    })
  return {
    dispatch: createDispatch(accounts),
    events,
    stateOf: (key: string) => accounts.get(key)?.actor.getSnapshot(),
  }
}

test('each actor hears the decision about its account, and a plan of other accounts reaches none', () => {
  const { dispatch, events, stateOf } = setup()
  const stranger = { provider: 'carol', serviceType: 'inference' } as const
  dispatch.send(planOf([hold(stranger, 'paused'), hold(alice, 'paused'), act(bob, 'top-up', 5n)]))
  expect(events).toEqual(['alice plan.hold', 'bob plan.topUp'])
  expect(stateOf('inference:bob')).toMatchObject({ value: 'toppingUp', context: { amount: '5', decidedAt: 1_000 } })
})

test('the latest plan is the one that actors see while they hear of it', () => {
  const { dispatch } = setup()
  expect([dispatch.latest(), dispatch.decisionOf(alice)]).toEqual([null, undefined])
  const plan = planOf([hold(alice, 'paused')])
  dispatch.send(plan)
  expect(dispatch.latest()).toBe(plan)
  expect(dispatch.decisionOf(alice)).toBe(plan.decisions[0])
  expect(dispatch.decisionOf(bob)).toBeUndefined()
})

test('an actor that rests is not told again that there is enough', () => {
  const { dispatch, events } = setup()
  for (const block of [100, 101, 102]) dispatch.send(planOf([hold(alice, 'sufficient')], block))
  expect(events).toEqual(['alice plan.sufficient'])
})

test('a top-up settles with a plan at or past the block of its receipt', async () => {
  const { dispatch, events, stateOf } = setup()
  dispatch.send(planOf([act(alice, 'top-up', 5n)]))
  await new Promise(setImmediate)
  expect(stateOf('inference:alice')?.value).toBe('settling')
  dispatch.send(planOf([hold(alice, 'sufficient')], 104))
  expect(stateOf('inference:alice')?.value).toBe('settling')
  dispatch.send(planOf([hold(alice, 'sufficient')], 105))
  expect(stateOf('inference:alice')?.value).toBe('watching')
  expect(events).toEqual(['alice plan.topUp', 'alice plan.sufficient', 'alice caught up', 'alice plan.sufficient'])
})

test('a proposal waits for its approval until the policy gives it up, and is proposed anew by the next plan', () => {
  const { dispatch, events, stateOf } = setup()
  const plan = (block: number, amount: bigint) => planOf([act(alice, 'propose', amount)], block)
  dispatch.send(plan(100, 5n))
  dispatch.send(plan(105, 6n))
  expect(events).toEqual(['alice plan.propose'])
  dispatch.send(plan(106, 6n))
  expect(stateOf('inference:alice')?.value).toBe('held')
  dispatch.send(plan(107, 6n))
  expect(stateOf('inference:alice')).toMatchObject({ value: 'awaitingApproval', context: { amount: '6' } })
})
