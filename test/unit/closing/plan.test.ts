import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CLAIM_MARGIN } from '../../../machines/index.ts'
import type { Rules } from '../../../src/index.ts'
import { closingPlanOf } from '../../../src/closing/plan.ts'
import { LOCK, NOW, positionOf, positions, subAccountOf } from '../../support/positions.ts'

const rules: Rules = {
  minLedgerBalance: 3n,
  minTransfer: 1n,
  maxProvidersPerBatch: 2,
  maxSubAccounts: 50,
  maxInfoBytes: null,
  serviceNames: { inference: 'inference-v1.0', 'fine-tuning': 'fine-tuning-v1.0' },
  lockTimes: { inference: LOCK, 'fine-tuning': 2 * LOCK },
}

test('free money unlocks after the lock of its service, and a batch holds one service', () => {
  const plan = closingPlanOf(
    positionOf(
      [
        subAccountOf('0xa', 'inference', { available: 5 }),
        subAccountOf('0xb', 'inference', { available: 1 }),
        subAccountOf('0xc', 'inference', { available: 1 }),
        subAccountOf('0xa', 'fine-tuning', { available: 2 }),
        subAccountOf('0xd', 'inference'),
      ],
      { available: 10 },
    ),
    rules,
    0n,
  )
  const asked = (amount: bigint, lock: number) => [{ amount, unlocksAt: NOW + lock, isRequested: false }]
  const inference = { serviceType: 'inference', homeAt: NOW + LOCK + CLAIM_MARGIN }
  expect(plan).toEqual({
    block: { number: 1, timestamp: NOW },
    subAccounts: [
      { ...inference, provider: '0xa', balance: 5n, refunds: asked(5n, LOCK) },
      { ...inference, provider: '0xb', balance: 1n, refunds: asked(1n, LOCK) },
      { ...inference, provider: '0xc', balance: 1n, refunds: asked(1n, LOCK) },
      {
        provider: '0xa',
        serviceType: 'fine-tuning',
        balance: 2n,
        refunds: asked(2n, 2 * LOCK),
        homeAt: NOW + 2 * LOCK + CLAIM_MARGIN,
      },
    ],
    transactions: 7,
    endsAt: NOW + 2 * LOCK + CLAIM_MARGIN,
    gas: { units: plan.gas.units, price: null, cost: null, missing: 0n },
    home: 19n,
    stuck: 0n,
  })
})

test('the plan of a wallet that cannot pay for the gas says how much is missing', () => {
  const position = positionOf([], { available: 4, gas: 1_000_000n })
  const { gas, transactions, endsAt } = closingPlanOf(position, rules, 20n)
  expect([transactions, endsAt]).toEqual([1, NOW])
  expect(gas).toEqual({
    units: gas.units,
    price: 20n,
    cost: 20n * gas.units,
    missing: 20n * gas.units - 1_000_000n,
  })
})

test('money in a service that the network does not name stays there, and the rest comes home', () => {
  const position = positionOf([subAccountOf('0xa', 'inference', { refunds: [[3, LOCK]] })], { available: 1, stray: 2 })
  expect(closingPlanOf(position, rules, 0n)).toMatchObject({ transactions: 2, home: 4n, stuck: 2n })
})

test('a closing from any position ends: everything that the ledger counts comes home, or the plan says that it stays', () => {
  fc.assert(
    fc.property(positions, (position) => {
      const plan = closingPlanOf(position, rules, 1n)
      expect(plan.home + plan.stuck).toBe(position.ledger?.total ?? 0n)
      expect(plan.endsAt).toBeGreaterThanOrEqual(NOW)
      expect(plan.gas.cost ?? 0n).toBe(plan.gas.units)
      for (const { homeAt } of plan.subAccounts) expect(homeAt).toBeLessThanOrEqual(plan.endsAt)
    }),
    { numRuns: 1_000 },
  )
})
