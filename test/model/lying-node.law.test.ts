import { parseEther as og } from 'ethers'
import fc from 'fast-check'
import { test } from 'vitest'
import { liveUntilHome, PROVIDERS, REQUIRED } from '../support/life-invariants.ts'
import { lieSubjects } from '../support/lying-node.ts'
import type { Step } from '../support/troubled-life.ts'
import { law } from '../support/law.ts'

const provider = fc.nat(PROVIDERS - 1)
const type = <T extends Step['type']>(...types: T[]) => fc.constantFrom(...types)

const lie = fc.record({
  subject: fc.constantFrom(...lieSubjects),
  index: fc.nat(10),
  seconds: fc.constantFrom<(number | 'once')[]>('once', 'once', 1, 4),
})

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: type('lie'), lie }) },
  { weight: 4, arbitrary: fc.record({ type: type('spend'), provider, amount: fc.bigInt(1n, og('2.5')) }) },
  {
    weight: 5,
    arbitrary: fc.record({ type: type('advance'), seconds: fc.constantFrom(0.3, 1, 1, 2, 7, 31, 95, 3_700) }),
  },
  { weight: 1, arbitrary: fc.record({ type: type('ask back'), provider, amount: fc.constant(0n) }) },
  { weight: 2, arbitrary: fc.record({ type: type('ensure'), provider, amount: fc.bigInt(1n, REQUIRED) }) },
  { weight: 1, arbitrary: fc.record({ type: type('claim'), abortAfter: fc.constant(null) }) },
  { weight: 2, arbitrary: fc.record({ type: type('restart'), killed: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: type('close', 'cancel') }) },
)

const history = fc.record({
  seed: fc.nat(),
  automine: fc.boolean(),
  isWallet: fc.boolean(),
  autoClaim: fc.boolean(),
  claimable: fc.nat(PROVIDERS),
  budget: fc.option(fc.bigInt(og('2'), og('20')), { nil: null }),
  reserve: fc.constantFrom(0n, og('5')),
  approvals: fc.constant(0),
  answers: fc.constant([]),
  closesInTrouble: fc.boolean(),
  steps: fc.array(step, { maxLength: 30 }),
})

type History = typeof history extends fc.Arbitrary<infer T> ? T : never

const CALM: Omit<History, 'steps'> = {
  seed: 0,
  automine: false,
  isWallet: false,
  autoClaim: false,
  claimable: 0,
  budget: null,
  reserve: 0n,
  approvals: 0,
  answers: [],
  closesInTrouble: false,
}

/** Histories that long runs have found. */
const FOUND: History[] = [
  // A paid top-up that is said to be reverted for four seconds: the budget was spent twice.
  {
    ...CALM,
    budget: og('2'),
    steps: [
      { type: 'lie', lie: { subject: 'receipt', index: 2, seconds: 4 } },
      { type: 'advance', seconds: 0.3 },
    ],
  },
  // The same lie for two seconds, then no receipt for eight, then the lie again: it was believed at once.
  {
    ...CALM,
    budget: og('2'),
    steps: [
      { type: 'lie', lie: { subject: 'receipt', index: 2, seconds: 4 } },
      { type: 'advance', seconds: 2 },
      ...Array.from({ length: 4 }, () => [
        { type: 'lie' as const, lie: { subject: 'receipt' as const, index: 10, seconds: 4 } },
        { type: 'advance' as const, seconds: 2 },
      ]).flat(),
      { type: 'lie', lie: { subject: 'receipt', index: 2, seconds: 4 } },
      { type: 'advance', seconds: 2 },
    ],
  },
  // A block time ten years ago, once: what was paid then counted in no budget.
  {
    ...CALM,
    budget: og('2'),
    steps: [{ type: 'lie', lie: { subject: 'blockTime', index: 5, seconds: 'once' } }],
  },
  // A reading that began before receipts came, and named a block far above theirs: it was taken to show them.
  ...[0, 1, 2].map((index) => ({
    ...CALM,
    automine: true,
    steps: [
      { type: 'lie' as const, lie: { subject: 'blockNumber' as const, index, seconds: 4 } },
      { type: 'advance' as const, seconds: 7 },
    ],
  })),
]

const { limits, parameters } = law({ runs: 40, perRunMs: 500 })

test('no reading, payment or closing is stopped for ever, or paid twice, by one lie of a node', limits, () =>
  fc.assert(fc.asyncProperty(history, liveUntilHome), { ...parameters, examples: FOUND.map((one) => [one]) }),
)
