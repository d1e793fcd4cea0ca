import { expect, test } from 'vitest'
import { levelsOf, secondsLeft } from '../../../src/base/levels.ts'
import { createSimulatedBroker } from '../../../src/testing/index.ts'
import type { HoldReason, Plan } from '../../../src/index.ts'

/** A plan with these holds. */
async function planWith({ holds = [], ...more }: Partial<Plan> & { holds?: HoldReason[] }): Promise<Plan> {
  await using sim = await createSimulatedBroker({ seed: 1 })
  await sim.until(sim.broker.ledger.addLedger('20'))
  await sim.until(sim.broker.ledger.transferFund(sim.provider.address, 'inference', '3'))
  const plan = await sim.until(sim.broker.plan())
  const [decision] = plan.decisions
  if (!decision) throw new Error('The plan decides about no sub-account.')
  const decisions = holds.map((reason) => ({ ...decision, action: 'hold' as const, reason }))
  return { ...plan, shortfall: 0n, gasReserve: 0n, decisions, ...more }
}

const QUIET = { isLedgerShort: false, isGasHeld: false, isBelowReserve: false }

test.each([
  ['is short of nothing', {}, QUIET],
  ['lacks something', { shortfall: 1n }, { ...QUIET, isLedgerShort: true }],
  ['is too small for a payment', { holds: ['ledger-short'] }, { ...QUIET, isLedgerShort: true }],
  ['is missing', { holds: ['sufficient', 'ledger-missing'] }, { ...QUIET, isLedgerShort: true }],
  ['can pay, and the wallet cannot pay the gas', { holds: ['gas-short'] }, { ...QUIET, isGasHeld: true }],
  ['can pay, and the wallet could not bring it home', { gasReserve: 10n ** 30n }, { ...QUIET, isBelowReserve: true }],
] as const)('levels say that a ledger %s', async (_, { ...plan }, expected) => {
  const holds = 'holds' in plan ? [...plan.holds] : []
  expect(levelsOf(await planWith({ ...plan, holds }))).toEqual(expected)
})

test('a wallet without a ledger has nothing to bring home', async () => {
  const { position, ...plan } = await planWith({ gasReserve: 10n ** 30n })
  expect(levelsOf({ ...plan, position: { ...position, ledger: null } })).toEqual(QUIET)
})

test('what never runs out lasts for ever', () => {
  expect([secondsLeft(null, { timestamp: 7 }), secondsLeft(9, { timestamp: 7 })]).toEqual([Infinity, 2])
})
