import { parseEther as og } from 'ethers'
import fc from 'fast-check'
import { test } from 'vitest'
import { liveUntilHome, PROVIDERS, REQUIRED } from '../support/life-invariants.ts'
import { places, type Mood } from '../support/trouble.ts'
import type { Step } from '../support/troubled-life.ts'
import { law } from '../support/law.ts'

const provider = fc.nat(PROVIDERS - 1)
const rate = fc.constantFrom(0, 0, 0.1, 0.3)
const type = <T extends Step['type']>(...types: T[]) => fc.constantFrom(...types)
const seconds = fc.constantFrom(0.3, 1, 1, 2, 7, 31, 95, 1_300, 3_700)
const mood = fc.constantFrom<Mood>('fails', 'hangs', 'well')
const rates = fc.record({ read: rate, stale: rate, broadcast: rate, lost: rate, late: rate })
const abortAfter = fc.option(fc.constantFrom(0, 1, 20), { nil: null })

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: type('spend'), provider, amount: fc.bigInt(1n, og('2.5')) }) },
  { weight: 6, arbitrary: fc.record({ type: type('advance'), seconds }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: type('mood'), place: fc.constantFrom(...places, 'blocks', 'blocks'), mood }),
  },
  { weight: 1, arbitrary: fc.record({ type: type('node'), rates }) },
  { weight: 2, arbitrary: fc.record({ type: type('ask back'), provider, amount: fc.constant(0n) }) },
  { weight: 2, arbitrary: fc.record({ type: type('ensure'), provider, amount: fc.bigInt(1n, REQUIRED) }) },
  { weight: 3, arbitrary: fc.record({ type: type('claim'), abortAfter }) },
  { weight: 2, arbitrary: fc.record({ type: type('pause'), provider, approves: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: type('resume'), provider }) },
  { weight: 2, arbitrary: fc.record({ type: type('restart'), killed: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ type: type('close', 'cancel', 'heal') }) },
)

const history = fc.record({
  seed: fc.nat(),
  automine: fc.boolean(),
  isWallet: fc.boolean(),
  autoClaim: fc.boolean(),
  claimable: fc.nat(PROVIDERS),
  budget: fc.option(fc.bigInt(og('2'), og('20')), { nil: null }),
  reserve: fc.constantFrom(0n, og('5'), og('33')),
  approvals: fc.nat(PROVIDERS),
  answers: fc.array(fc.record({ approved: fc.boolean(), after: fc.constantFrom(0, 3, 20, 40, 200) }), { maxLength: 6 }),
  closesInTrouble: fc.boolean(),
  steps: fc.array(step, { maxLength: 30 }),
})

type History = typeof history extends fc.Arbitrary<infer T> ? T : never

/** A cancelled closing leaves a refund that is worth less than its gas, and the top-up waits for its claim. */
const DUST: History = {
  seed: 0,
  automine: false,
  isWallet: false,
  autoClaim: true,
  claimable: 0,
  budget: null,
  reserve: 0n,
  approvals: 0,
  answers: [],
  closesInTrouble: false,
  steps: [
    { type: 'spend', provider: 0, amount: 1n },
    { type: 'spend', provider: 0, amount: 1_999_625_000_000_000_000n },
    { type: 'close' },
  ],
}

const { limits, parameters } = law({ runs: 40, perRunMs: 500 })

test('under any temporary fault each payment happens exactly once, and closing returns all money', limits, () =>
  fc.assert(fc.asyncProperty(history, liveUntilHome), { ...parameters, examples: [[DUST]] }),
)
