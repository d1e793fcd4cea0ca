import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Burn } from '../../../machines/index.ts'
import type { Position } from '../../../src/index.ts'
import { createBurnRates } from '../../../src/funding/burn-rates.ts'

const HOUR = 3_600
const KEY = 'inference:alice'
const id = { provider: 'alice', serviceType: 'inference' } as const
const nothingPaid = () => 0n

function positionOf(at: number, balance: bigint, block = at): Position {
  return {
    block: { number: block, timestamp: at },
    wallet: { address: 'wallet', balance: 0n },
    ledger: null,
    subAccounts: [
      {
        ...id,
        balance,
        pendingRefund: 0n,
        available: balance,
        claimable: 0n,
        refunds: [],
        acknowledged: true,
        tokensRevoked: false,
      },
    ],
  }
}

const measured = ({ rate, lastHour, usual, charges, at }: Burn): Burn => ({ rate, lastHour, usual, charges, at })

const STEP = 10
const seconds = (max: number) => fc.integer({ min: 1, max: max / STEP }).map((steps) => steps * STEP)
/** Seconds before each charge, and what it takes. */
const charges = fc.array(fc.tuple(seconds(1_800), fc.bigInt(1n, 10n ** 18n)), { maxLength: 20 })

describe('how fast a sub-account is charged', () => {
  test('is known to one that learnt it from settlements as to one that looked on', () => {
    fc.assert(
      fc.property(charges, seconds(600), fc.integer({ min: 0, max: 20 }), (all, rest, late) => {
        const times = all.reduce<number[]>((past, [after]) => [...past, (past.at(-1) ?? 0) + after], [])
        const end = (times.at(-1) ?? 0) + rest
        fc.pre(end <= 6 * HOUR)
        const chargedAt = (second: number) => all[times.indexOf(second)]?.[1] ?? 0n
        const [watching, learning] = [createBurnRates(), createBurnRates()]
        const started = times[times.length - 1 - late] ?? end
        let balance = 10n ** 30n
        for (let second = 0; second <= end; second += STEP) {
          balance -= chargedAt(second)
          watching.observe(positionOf(second, balance), nothingPaid)
          if (second === started)
            learning.learn({
              since: 0,
              until: second,
              settled: times.filter((at) => at <= second).map((at) => ({ ...id, amount: chargedAt(at), at })),
              opened: [],
            })
          if (second >= started) learning.observe(positionOf(second, balance), nothingPaid)
        }
        // Of one without a charge nothing is learnt, not even that: contracts of old tell of none.
        fc.pre(times.some((at) => at <= started))
        // The usual burn hangs on where quiet stretches are cut.
        const { rate, lastHour } = watching.of(KEY)
        expect(learning.of(KEY)).toMatchObject({ rate, lastHour })
      }),
      { numRuns: 300 },
    )
  })

  test('leaves out the time before the sub-account was opened', () => {
    const burns = createBurnRates()
    burns.learn({
      since: 0,
      until: 6 * HOUR,
      settled: [1, 2, 3].map((minutes) => ({ ...id, amount: 10n, at: 5 * HOUR + 60 * minutes })),
      opened: [{ ...id, at: 5 * HOUR }],
    })
    expect(measured(burns.of(KEY))).toEqual({
      rate: 30n,
      lastHour: 30n,
      usual: null,
      charges: [1, 2, 3].map((minutes) => ({ at: 5 * HOUR + 60 * minutes, burnt: 10n })),
      at: 6 * HOUR,
    })
  })

  test('counts what was charged between blocks of the same second', () => {
    const burns = createBurnRates()
    let balance = 1_000n
    for (let block = 0; block <= 240; block += 1) {
      if (block % 80 === 41) balance -= 10n
      burns.observe(positionOf(Math.floor(block / 2), balance, block), nothingPaid)
    }
    expect(burns.of(KEY).rate).toBe(900n)
  })

  test('is not forgotten for frequent readings', () => {
    const burns = createBurnRates()
    const balanceAt = (second: number) => 1_000n - BigInt(Math.min(3, Math.floor(second / 60))) * 10n
    for (let second = 0; second <= 2 * HOUR; second += 1)
      burns.observe(positionOf(second, balanceAt(second)), nothingPaid)
    expect(measured(burns.of(KEY))).toEqual({ rate: 15n, lastHour: 0n, usual: null, charges: [], at: 2 * HOUR })
  })
})
