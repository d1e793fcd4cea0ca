import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createActor } from 'xstate'
import { getShortestPaths } from 'xstate/graph'
import { facts, gradeReading, subAccountMachine, type Fact, type Reading } from '../../../machines/index.ts'

const input = { provider: '0x', serviceType: 'inference' } as const

const reading = fc.tuple(fc.boolean(), fc.nat(4), fc.nat(4), fc.nat(4)).map(([exists, ...amounts]): Reading => {
  const [balance = 0, pending = 0, claimable = 0] = exists ? amounts : [0, 0, 0]
  const pendingRefund = Math.min(pending, balance)
  return {
    exists,
    balance: `${BigInt(balance)}`,
    pendingRefund: `${BigInt(pendingRefund)}`,
    claimable: `${BigInt(Math.min(claimable, pendingRefund))}`,
    unlocksAt: null,
    required: '2',
    block: 0,
  }
})

const stateOf = (fact: Fact, existed: boolean) =>
  ({
    'account.gone': existed ? 'closed' : 'none',
    'account.empty': 'created',
    'balance.low': 'low',
    'balance.ample': 'funded',
    'refund.locked': { refunding: 'locked' },
    'refund.claimable': { refunding: 'claimable' },
  })[fact]

test('folding the facts of any readings ends in the state of the last one, over legal edges only', () => {
  fc.assert(
    fc.property(fc.array(reading, { minLength: 1, maxLength: 12 }), (readings) => {
      const actor = createActor(subAccountMachine, { input }).start()
      let before: Fact = 'account.gone'
      let existed = false
      for (const one of readings) {
        for (const event of facts(before, one)) {
          expect(actor.getSnapshot().can(event)).toBe(true)
          actor.send(event)
        }
        before = gradeReading(one)
        existed ||= one.exists
        expect(actor.getSnapshot().value).toEqual(stateOf(before, existed))
        if (existed) expect(actor.getSnapshot().context.reading).toEqual(one)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('every state of the lifecycle is reachable', () => {
  const one: Reading = {
    exists: true,
    balance: '1',
    pendingRefund: '0',
    claimable: '0',
    unlocksAt: null,
    required: '2',
    block: 1,
  }
  const types: Fact[] = [
    'account.empty',
    'account.gone',
    'balance.low',
    'balance.ample',
    'refund.locked',
    'refund.claimable',
  ]
  const paths = getShortestPaths(subAccountMachine, {
    input,
    events: types.map((type) => ({ type, reading: one })),
    serializeState: ({ value }) => JSON.stringify(value),
  })
  expect(paths.map(({ state }) => JSON.stringify(state.value)).toSorted()).toEqual(
    ['none', 'created', 'funded', 'low', 'closed', { refunding: 'locked' }, { refunding: 'claimable' }]
      .map((value) => JSON.stringify(value))
      .toSorted(),
  )
})

test('a snapshot survives JSON: it is persisted, inspected and sent to pages', () => {
  fc.assert(
    fc.property(reading, (one) => {
      const actor = createActor(subAccountMachine, { input }).start()
      for (const event of facts('account.gone', one)) actor.send(event)
      const snapshot = actor.getPersistedSnapshot()
      const restored = createActor(subAccountMachine, {
        input,
        snapshot: JSON.parse(JSON.stringify(snapshot)) as typeof snapshot,
      }).start()
      expect(restored.getPersistedSnapshot()).toEqual(snapshot)
    }),
  )
})
