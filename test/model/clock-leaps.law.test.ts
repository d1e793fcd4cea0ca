import { parseEther as og } from 'ethers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NotSentError } from '../../src/index.ts'
import type { Clock } from '../../src/base/clock.ts'
import { bentWorld } from '../support/bent-world.ts'
import { EXACT } from '../support/exact.ts'
import { law } from '../support/law.ts'

const YEARS_MS = 10 * 365 * 86_400_000
const INTERVAL = 5
const PERIOD = 60
const CHARGES = 3
const END = (2 + CHARGES) * PERIOD
const { limits, parameters } = law({ runs: 20, perRunMs: 4_000 })

/** The machine's clock is set to another time after so many seconds, and after so many more it is right again. */
type Leap = { after: number; ms: number; lasts: number }
/** A period: what the provider takes at its start, and how many seconds the node takes to refuse the first top-up. */
type Charge = { amount: bigint; refusedAfter: number | null }

const leap: fc.Arbitrary<Leap> = fc.record({
  after: fc
    .tuple(fc.integer({ min: 0, max: 1 + CHARGES }), fc.integer({ min: 0, max: 25 }))
    .map(([at, more]) => at * PERIOD + more),
  ms: fc.integer({ min: -YEARS_MS, max: YEARS_MS }),
  lasts: fc.constantFrom(0.5, 2, 30, END),
})
const charge: fc.Arbitrary<Charge> = fc.record({
  amount: fc.bigInt(og('0.1'), og('1.9')),
  refusedAfter: fc.option(fc.constantFrom(0.1, 1, 4, 20), { nil: null }),
})

test.each([
  ['whose steady clock is known is delayed by a reading at most', true, INTERVAL],
  ['that has no other clock is delayed by a few readings at most', false, 6 * INTERVAL],
] as const)('funding on a machine %s, however its clock leaps', limits, (_, steady, most) =>
  fc.assert(
    fc.asyncProperty(
      fc.array(leap, { minLength: 1, maxLength: 6 }),
      fc.array(charge, { minLength: CHARGES, maxLength: CHARGES }),
      async (leaps, charges) => {
        const usual = await fundedAfter(charges, [], steady)
        const leapt = await fundedAfter(charges, leaps, steady)
        const late = leapt.map((seconds, index) => seconds - (usual[index] ?? 0))
        expect(late.filter((seconds) => seconds > most)).toEqual([])
      },
    ),
    parameters,
  ),
)

/** How many seconds after each charge the sub-account is full again. */
async function fundedAfter(charges: readonly Charge[], leaps: readonly Leap[], steady: boolean): Promise<number[]> {
  await using world = bentWorld()
  const { clock, chain, wallet, provider } = world
  const begun = clock.now()
  const passed = () => (clock.now() - begun) / 1_000
  const offset = () =>
    leaps.reduce((sum, { after, ms, lasts }) => (passed() >= after && passed() < after + lasts ? sum + ms : sum), 0)
  const machine: Clock = {
    now: () => clock.now() + offset(),
    after: clock.after,
    ...(steady && { elapsed: () => clock.now() }),
  }
  let refusedAfter: number | null = null
  const broker = await world.open({
    clock: machine,
    intervalMs: INTERVAL * 1_000,
    bend: ({ transactions, ...connected }) => ({
      ...connected,
      transactions: transactions && {
        ...transactions,
        async estimateGas(call) {
          const seconds = refusedAfter
          if (seconds === null) return transactions.estimateGas(call)
          refusedAfter = null
          await new Promise<void>((resolve) => void clock.after(seconds * 1_000, resolve))
          throw new NotSentError('The node is out of order.')
        },
      },
    }),
  })
  await world.until(broker.ledger.addLedger('50'))
  broker.inference.startAutoFunding(provider, EXACT)
  await world.advance(PERIOD)
  const full = () => (world.position().subAccounts[0]?.available ?? 0n) >= og('2')
  const times: number[] = []
  for (const { amount, refusedAfter: seconds } of charges) {
    refusedAfter = seconds
    chain.spend(provider, wallet, amount)
    const charged = clock.now()
    while (!full() && clock.now() - charged < PERIOD * 1_000) await world.advance(0.5)
    times.push((clock.now() - charged) / 1_000)
    await world.advance(PERIOD - (clock.now() - charged) / 1_000)
  }
  return times
}
