import { parseEther as og } from 'ethers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Broker } from '../../../src/index.ts'
import { reasons as listed } from '../../../src/visualizer/page/format/hold-reasons.ts'
import { law } from '../../support/law.ts'
import { audit, createMonthLaw } from '../../support/month-law.ts'
import { monthLife, type MonthTerms } from '../../support/month-life.ts'

const FUNDS = og('100')
const { MONTH_RUNS, LAW_RUNS } = process.env
const { limits, parameters } = law({ runs: 6, perRunMs: 60_000, wanted: MONTH_RUNS ?? LAW_RUNS })
/** The same months in every run, and others with LAW_RUNS: a month takes seconds, so that new ones belong into long runs. */
const SEED = LAW_RUNS === undefined ? { seed: 20_261_129 } : {}

const amount = (...amounts: [string, ...string[]]) => fc.constantFrom(...amounts.map((one) => og(one)))
const limit = (...amounts: [string, ...string[]]) => fc.constantFrom(null, ...amounts.map((one) => og(one)))

/** Levels, and a maximum that deposits reach now and then. */
const levels = fc.oneof(
  fc
    .record({ trigger: amount('2', '5'), target: amount('8', '15', '30'), room: limit('0', '0.5', '3') })
    .map(({ room, ...levels }) => ({ levels, maxLedger: room === null ? null : levels.target + room })),
  fc.record({
    levels: fc.constant({ runway: { trigger: '12h', target: '3d' } } as const),
    maxLedger: limit('5', '12', '30'),
  }),
)

const terms: fc.Arbitrary<MonthTerms> = fc.record({
  seed: fc.nat(),
  interval: fc.constantFrom(20, 30, 60),
  feesAreKnown: fc.boolean(),
  deposit: fc
    .record({
      levels,
      maxDeposit: limit('4', '20'),
      budget: limit('15', '25'),
      cooldownMs: fc.constantFrom(0, 3_600_000),
      gasReserve: amount('0', '2'),
    })
    .map(({ levels: both, ...rest }) => ({ ...both, ...rest })),
  funding: fc.array(
    fc.record({
      target: fc.constantFrom(2, 3, 5),
      priority: fc.nat(2),
      maxTopUp: limit('1', '3'),
      budget: limit('6', '20'),
      ledgerReserve: amount('0', '0', '1'),
      step: limit('0.5'),
      anomaly: fc.constantFrom('off', null),
    }),
    { minLength: 3, maxLength: 3 },
  ),
})

test(
  'in a month of outages, crashes and bursts no sub-account is short for longer than a reading takes, and no wei is lost',
  limits,
  () => fc.assert(fc.asyncProperty(terms, keeps), { ...parameters, endOnFailure: true, ...SEED }),
)

async function keeps(all: MonthTerms): Promise<void> {
  const reasons = new Set<string>()
  await using life = await monthLife({ ...all, funds: FUNDS, minLocked: og('1'), onOpen })
  const law = createMonthLaw(all)
  while (!life.isOver()) {
    await life.pass()
    law.see(life.now())
  }
  await audit(life, FUNDS)
  expect([...reasons].filter((reason) => !Object.hasOwn(listed, reason))).toEqual([])

  function onOpen(broker: Broker): void {
    broker.plan$.subscribe(({ decisions, deposit }) => {
      for (const one of [...decisions, ...(deposit ? [deposit] : [])])
        if (one.action === 'hold') reasons.add(one.reason)
    })
  }
}
