import fc from 'fast-check'
import { expect, test } from 'vitest'
import { burnOf, type Fall, type Position } from '../../../machines/index.ts'
import { createBurnRates } from '../../../src/funding/burn-rates.ts'

const id = { provider: 'alice', serviceType: 'inference' } as const
const KEY = 'inference:alice'

/** Within the hour, so that readings without a charge may be added up without moving one past an edge of the burn's windows. */
const readings = fc.array(
  fc.record({
    after: fc.integer({ min: 0, max: 60 }),
    balance: fc.bigInt(0n, 50n),
    pendingRefund: fc.constantFrom(0n, 0n, 0n, 5n),
    paid: fc.constantFrom(0n, 0n, 10n),
  }),
  { maxLength: 50 },
)

test('the burn compares each reading with the one before', () => {
  fc.assert(
    fc.property(readings, (all) => {
      const burns = createBurnRates()
      const dated = datedFrom(all)
      const burnt = dated.map((one) => {
        burns.observe(positionOf(one), (_key, from, to) => paidBetween(dated, from, to))
        const { rate, usual, lastHour, charges, at } = burns.of(KEY)
        return { rate, usual, lastHour, charges, at }
      })
      expect(burnt).toEqual(dated.map((one, at) => burnOf(fallsOf(dated.slice(0, at + 1)), one.at)))
    }),
  )
})

type Reading = { at: number; block: number; balance: bigint; pendingRefund: bigint; paid: bigint }

function datedFrom(all: readonly { after: number; balance: bigint; pendingRefund: bigint; paid: bigint }[]): Reading[] {
  let now = 1_000
  return all.map(({ after, ...rest }, at) => ({ ...rest, at: (now += after), block: at + 1 }))
}

function positionOf({ at, block, balance, pendingRefund }: Reading): Position {
  return {
    block: { number: block, timestamp: at },
    subAccounts: [{ ...id, balance, pendingRefund }],
  } as unknown as Position
}

const paidBetween = (all: readonly Reading[], from: number, to: number): bigint =>
  all.reduce((sum, { block, paid }) => (block > from && block <= to ? sum + paid : sum), 0n)

/** Of two readings of one second the earlier one counts. */
function fallsOf(all: readonly Reading[]): Fall[] {
  const counted = all.filter(({ at }, index) => all.findIndex((one) => one.at === at) === index)
  return counted.flatMap((one, index): Fall[] => {
    const before = counted[index - 1]
    if (!before || before.pendingRefund !== one.pendingRefund) return []
    const burnt = before.balance + paidBetween(all, before.block, one.block) - one.balance
    return burnt < 0n ? [] : [{ at: one.at, seconds: one.at - before.at, burnt }]
  })
}
