import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Execution } from '../../src/testing/contracts/contracts.ts'
import { refundRules, type RefundRules } from '../../src/testing/contracts/refunds.ts'
import { createPlayer } from './play.ts'
import { search } from './search.ts'
import { createWorld, type World, type Wrong } from './world.ts'

const OG = 10n ** 18n
/** The comparison must find a mistake within this many steps. */
const STEPS = 500

/** Cancels the oldest refund first, as contracts of an older generation did. */
const oldestFirst: RefundRules = {
  ...refundRules,
  cancel(account, amount) {
    let left = amount
    const active = account.refunds.slice(0, account.validRefundsLength).flatMap((refund) => {
      const cancelled = refund.amount < left ? refund.amount : left
      left -= cancelled
      return cancelled === refund.amount ? [] : [{ ...refund, amount: refund.amount - cancelled }]
    })
    const refunds = active.map((refund, index) => ({ ...refund, index }))
    return { ...account, refunds, validRefundsLength: refunds.length, pendingRefund: account.pendingRefund - amount }
  },
}

const lockedFor = (seconds: number): RefundRules => ({
  ...refundRules,
  isUnlocked: (refund, lockTime, now) => refundRules.isUnlocked(refund, lockTime + seconds, now),
})

const withoutEvent =
  (name: string) =>
  (execution: Execution): Execution =>
    execution.ok ? { ...execution, events: execution.events.filter((event) => event.name !== name) } : execution

const withCheaperSuccess = (execution: Execution): Execution => ({
  ...execution,
  gas: execution.ok ? (execution.gas * 2n) / 3n : execution.gas,
})

const mistakes: [string, Wrong & { change?: (execution: Execution) => Execution }][] = [
  ['the oldest refund is cancelled first', { rules: oldestFirst }],
  ['a lock is over a second early', { rules: lockedFor(-1) }],
  ['a lock is over a second late', { rules: lockedFor(1) }],
  ['a ledger may be a wei smaller', { minLedgerBalance: 3n * OG - 1n }],
  ['a ledger must be a wei larger', { minLedgerBalance: 3n * OG + 1n }],
  ['a sub-account may be opened with a wei less', { minTransfer: OG - 1n }],
  ['the event of a payment is missing', { change: withoutEvent('FundSpent') }],
  ['the event of a requested refund is missing', { change: withoutEvent('RefundRequested') }],
  ['gas is a third too cheap', { change: withCheaperSuccess }],
]

let world: World

beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

test.each(mistakes)('the comparison finds a mistake: %s', async (_, { change, ...wrong }) => {
  const player = await createPlayer(world, {
    simulated: world.simulate(wrong),
    constants: false,
    ...(change && { change }),
  })
  const { divergence, steps } = await search(player, { runs: 100, seed: 1, length: 60, shorten: false })
  expect(divergence?.message).toContain('differs')
  expect(steps).toBeLessThanOrEqual(STEPS)
})

test('a difference comes with the shortest history that leads to it', async () => {
  const player = await createPlayer(world, { simulated: world.simulate({ rules: oldestFirst }) })
  const { divergence } = await search(player, { runs: 500, seed: 1, length: 10 })
  const history = divergence?.message.split('\n\n')[0] ?? ''
  expect(history.split('\n').filter((line) => line.startsWith('0x')).length).toBeLessThanOrEqual(8)
})
