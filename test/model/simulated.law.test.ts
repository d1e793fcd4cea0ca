import { parseEther as og } from 'ethers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSimulatedBroker, type FaultRates, type Simulation } from '../../src/testing/index.ts'
import { EXACT } from '../support/exact.ts'
import { law } from '../support/law.ts'

/** The required amount with default options: 2 × 1 OG. */
const REQUIRED = og('2')
const PROVIDERS = 4
const DEPOSIT = og('1000')

type Step =
  | { type: 'spend'; provider: number; amount: bigint }
  | { type: 'advance'; seconds: number }
  | { type: 'faults'; rates: FaultRates }
  | { type: 'restart' }
  | { type: 'forget' }
  | { type: 'reorganise'; depth: number }

const rate = fc.constantFrom(0, 0, 0.1, 0.5)

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('spend'),
      provider: fc.nat(PROVIDERS - 1),
      amount: fc.bigInt(1n, og('2.5')),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('advance'), seconds: fc.constantFrom(0.3, 1, 2, 7, 31, 95, 3_700) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('faults'),
      rates: fc.record({ read: rate, stale: rate, broadcast: rate, lost: rate, late: rate }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('restart') }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('forget') }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('reorganise'), depth: fc.integer({ min: 1, max: 8 }) }) },
)

const history = fc.record({
  seed: fc.nat(),
  providers: fc.integer({ min: 1, max: PROVIDERS }),
  automine: fc.boolean(),
  pushesBlocks: fc.boolean(),
  budget: fc.option(fc.bigInt(og('2'), og('20')), { nil: null }),
  steps: fc.array(step, { maxLength: 40 }),
})

const { limits, parameters } = law({ runs: 200, perRunMs: 500 })

test(
  'under any faults and charges no top-up is paid twice, budgets hold, and in the end every sub-account is funded',
  limits,
  async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ steps, budget, ...options }) => {
        await using sim = await createSimulatedBroker({
          ...options,
          funds: DEPOSIT + og('10'),
          broker: budget === null ? {} : { budget: { amount: budget, per: '30d' } },
        })
        await sim.until(sim.broker.ledger.addLedger(DEPOSIT))
        begin(sim)
        for (const one of steps) {
          await take(sim, one)
          // A sub-account above the required amount would have been paid twice.
          for (const { available } of position(sim).subAccounts) expect(available).toBeLessThanOrEqual(REQUIRED)
          if (budget !== null) expect(paid(sim)).toBeLessThanOrEqual(budget)
        }
        sim.heal()
        await sim.advance('3h')
        const accounts = sim.broker.inference.autoFundingStatus()
        if (budget === null || accounts.every(({ reason }) => reason === 'sufficient'))
          expect(position(sim).subAccounts.map(({ available }) => available)).toEqual(sim.providers.map(() => REQUIRED))
        else {
          expect(paid(sim)).toBeLessThanOrEqual(budget)
          expect(accounts.filter(({ reason }) => reason !== 'sufficient' && reason !== 'budget-exhausted')).toEqual([])
        }
        expect(sim.broker.transactions().filter((actor) => actor.getSnapshot().hasTag('open'))).toEqual([])
      }),
      parameters,
    )
  },
)

async function take(sim: Simulation, one: Step): Promise<void> {
  switch (one.type) {
    case 'spend': {
      const { address } = sim.providers[one.provider % sim.providers.length] ?? sim.provider
      return sim.chain.spend(address, sim.broker.wallet, one.amount)
    }
    case 'advance':
      return sim.advance(`${one.seconds}s`)
    case 'faults':
      return sim.failAtRandom(one.rates)
    case 'restart':
      await sim.restart()
      return begin(sim)
    case 'forget':
      return sim.chain.dropTransactions()
    case 'reorganise':
      sim.chain.reorganise(one.depth)
      // The next block mines everything again in its order: a charge that is lost for good would leave its top-up in place.
      return sim.mine()
  }
}

const begin = (sim: Simulation): void =>
  sim.providers.forEach(({ address }) => sim.broker.inference.startAutoFunding(address, EXACT))

const position = ({ chain, wallets: [wallet = ''] }: Simulation) => chain.position(wallet)

/** The amount that left the ledger's available funds: here only top-ups take it. */
const paid = (sim: Simulation): bigint => DEPOSIT - (position(sim).ledger?.available ?? DEPOSIT)
