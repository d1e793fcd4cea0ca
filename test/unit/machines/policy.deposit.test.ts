import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plan, type PlanInput, type Standing } from '../../../machines/index.ts'
import { account, brief, decide, input, noLimits, position, standing } from '../../support/plans.ts'

/** Available 8 of 10, of which 5 are the provider's minimum. */
const low = (provider: string, more: Partial<Standing> = {}) => standing(provider, { required: 10n, ...more })
const waiting = (more: Parameters<typeof input>[0]) => decide({ ...more, awaitsDeposit: true })

test('while a deposit is on its way the ledger serves whole top-ups, and the first that it cannot serve whole waits', () => {
  const at = position(3n, [account('a', 8n), account('b', 7n), account('c', 9n)])
  const standings = [low('a', { priority: 2 }), low('b', { priority: 1 }), low('c')]
  expect(decide({ position: at, standings })).toEqual([2n, 1n, 'ledger-short'])
  expect(waiting({ position: at, standings })).toEqual([2n, 'deposit-pending', 1n])
})

test('a sub-account that would run dry before the deposit is read gets what there is', () => {
  const burning = (runway: bigint) => low('a', { demand: { minLockedBalance: 5n, unsettledFee: 0n, burnRate: runway } })
  const at = (balance: bigint) => position(1n, [account('a', balance)])
  // 3 wei above the minimum last 300 s at 36 an hour, and longer at 35.
  expect(waiting({ position: at(8n), standings: [burning(36n)] })).toEqual([1n])
  expect(waiting({ position: at(8n), standings: [burning(35n)] })).toEqual(['deposit-pending'])
  expect(waiting({ position: at(5n), standings: [low('a')] })).toEqual([1n])
  expect(waiting({ position: at(6n), standings: [low('a')] })).toEqual(['deposit-pending'])
})

test('a missing ledger, a reserve and too small a rest are waited for as well; a budget is not', () => {
  const at = position(4n, [account('a', 8n)])
  const reserve = low('a', { limits: { ...noLimits, ledgerReserve: 3n } })
  expect(waiting({ position: at, standings: [reserve] })).toEqual(['deposit-pending'])
  expect(waiting({ position: position(4n, []), standings: [low('new')] })).toEqual(['deposit-pending'])
  expect(waiting({ position: position(0n, [], { ledger: null }), standings: [low('new')] })).toEqual([
    'deposit-pending',
  ])
  expect(waiting({ position: at, standings: [low('a')], budgetLeft: 0n })).toEqual(['budget-exhausted'])
})

const anyWaiting: fc.Arbitrary<PlanInput> = fc
  .record({
    available: fc.bigInt(0n, 40n),
    budgetLeft: fc.option(fc.bigInt(0n, 40n), { nil: null }),
    accounts: fc.array(
      fc.record({
        balance: fc.bigInt(0n, 12n),
        priority: fc.nat(2),
        burnRate: fc.option(fc.bigInt(0n, 60n), { nil: null }),
        reserve: fc.bigInt(0n, 4n),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ available, budgetLeft, accounts }) =>
    input({
      position: position(
        available,
        accounts.map(({ balance }, index) => account(`p${index}`, balance)),
      ),
      standings: accounts.map(({ priority, burnRate, reserve }, index) =>
        low(`p${index}`, {
          priority,
          demand: { minLockedBalance: 5n, unsettledFee: 0n, burnRate },
          limits: { ...noLimits, ledgerReserve: reserve },
        }),
      ),
      budgetLeft,
      awaitsDeposit: true,
    }),
  )

test('waiting never sends more than the ledger has, and a part only to what would run dry', () => {
  fc.assert(
    fc.property(anyWaiting, (given) => {
      const decisions = plan(given)
      const sent = decisions.reduce((sum, one) => (one.action === 'hold' ? sum : sum + one.amount), 0n)
      expect(sent).toBeLessThanOrEqual(given.position.ledger?.available ?? 0n)
      const rich = plan({ ...given, position: { ...given.position, ledger: position(10n ** 9n, []).ledger } })
      for (const [index, one] of decisions.entries()) {
        const { available, runway } = one
        const runsDry = available <= 5n || (runway !== null && runway <= 300)
        if (one.action !== 'hold' && !runsDry && given.budgetLeft === null)
          expect(brief(one)).toBe(brief(rich[index] ?? one))
        if (one.action === 'hold') expect(one.reason).not.toMatch(/^(ledger-short|too-small|reserve)$/)
      }
    }),
    { numRuns: 3_000 },
  )
})

test('whatever runs dry gets at least what it would get without waiting', () => {
  fc.assert(
    fc.property(anyWaiting, (given) => {
      const hasty = plan({ ...given, awaitsDeposit: false })
      for (const [index, one] of plan(given).entries()) {
        const before = hasty[index]
        const runsDry = one.available <= 5n || (one.runway !== null && one.runway <= 300)
        if (!runsDry || before?.action !== 'top-up' || given.budgetLeft !== null) continue
        expect(one.action === 'hold' ? 0n : one.amount).toBeGreaterThanOrEqual(before.amount)
      }
    }),
    { numRuns: 3_000 },
  )
})
