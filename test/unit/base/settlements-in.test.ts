import fc from 'fast-check'
import { expect, test } from 'vitest'
import { settlementsIn, type WalletEvent } from '../../../src/base/settlements-in.ts'
import { createRefundWorld } from '../../support/refund-world.ts'

const alice = { provider: 'alice', serviceType: 'inference', service: 'inference contract' } as const
test('a charge, a payment and an opening are told apart by their events', () => {
  const bob = { ...alice, provider: 'bob' }
  expect(
    settlementsIn([
      { ...alice, name: 'BalanceUpdated', transaction: '1', at: 10, balance: 5n, pendingRefund: 0n },
      { service: alice.service, name: 'FundSpent', transaction: '2', amount: 2n },
      { ...alice, name: 'BalanceUpdated', transaction: '2', at: 20, balance: 3n, pendingRefund: 0n },
      { ...alice, name: 'BalanceUpdated', transaction: '3', at: 30, balance: 4n, pendingRefund: 0n },
      { service: 'another contract', name: 'FundSpent', transaction: '4', amount: 9n },
      { ...bob, name: 'BalanceUpdated', transaction: '4', at: 40, balance: 1n, pendingRefund: 0n },
      { service: alice.service, name: 'FundSpent', transaction: '5', amount: 0n },
      { ...alice, name: 'BalanceUpdated', transaction: '5', at: 50, balance: 4n, pendingRefund: 0n },
    ]),
  ).toEqual({
    settled: [{ provider: 'alice', serviceType: 'inference', amount: 2n, at: 20 }],
    paid: [
      { provider: 'alice', serviceType: 'inference', at: 10 },
      { provider: 'alice', serviceType: 'inference', at: 30 },
      { provider: 'bob', serviceType: 'inference', at: 40 },
    ],
    opened: [
      { provider: 'alice', serviceType: 'inference', at: 10 },
      { provider: 'bob', serviceType: 'inference', at: 40 },
    ],
  })
})

test.for<[string, WalletEvent[]]>([
  ['a request', [requested('1')]],
  ['a claim that requests the rest anew', [updated('1', 4n, 0n), requested('1')]],
  ['a claim of all that was there', [updated('1', 0n, 0n)]],
  ['a request and a transfer that takes a part of it back', [requested('1'), updated('2', 6n, 5n)]],
  ['a claim and a transfer that takes the rest back', [updated('1', 4n, 0n), requested('1'), updated('2', 4n, 0n)]],
])('%s brings no money in, also where nothing is known of the balance before', ([, events]) => {
  expect(settlementsIn(events).paid).toEqual([])
})

test('of any history that begins with a known balance, payments are the transfers that raise it', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('transfer' as const), amount: fc.bigInt(1n, 9n) }),
    fc.record({ kind: fc.constant('retrieve' as const), amount: fc.constant(0n) }),
    fc.record({ kind: fc.constant('charge' as const), amount: fc.bigInt(1n, 9n) }),
    fc.record({ kind: fc.constant('wait' as const), amount: fc.constant(0n) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const world = createRefundWorld(alice)
      const paid: number[] = []
      for (const { kind, amount } of steps) {
        const before = world.account.balance
        world[kind](amount)
        // A transfer that a refund pays in part leaves none, and raises the balance by the rest.
        if (kind === 'transfer' && world.account.balance > before) paid.push(world.now)
      }
      expect(settlementsIn(world.events).paid.map(({ at }) => at)).toEqual(paid)
    }),
  )
})

function requested(transaction: string): WalletEvent {
  return { ...alice, name: 'RefundRequested', transaction }
}

function updated(transaction: string, balance: bigint, pendingRefund: bigint): WalletEvent {
  return { ...alice, name: 'BalanceUpdated', transaction, at: Number(transaction), balance, pendingRefund }
}
