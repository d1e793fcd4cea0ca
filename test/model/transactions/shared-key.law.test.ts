import { parseEther as og } from 'ethers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Position } from '../../../src/index.ts'
import { REQUIRED, sharedKeyLife, type NodeMood, type Step } from '../../support/shared-key-life.ts'
import { law } from '../../support/law.ts'

const PROVIDERS = 3
const { limits, parameters } = law({ runs: 30, perRunMs: 4_000 })

const type = <T extends Step['type']>(name: T) => fc.constant(name)

const spend = (provider: number): Step => ({ type: 'spend', provider, amount: og('1.5') })
const advance = (seconds: number): Step => ({ type: 'advance', seconds })

/** Situations that single steps seldom make. */
const situation: fc.Arbitrary<Step[]> = fc.nat(PROVIDERS - 1).chain((provider) =>
  fc.constantFrom<Step[]>(
    // A foreign transaction below a top-up of ours is gone.
    [
      { type: 'foreign', deposits: false },
      spend(provider),
      // Late enough for the top-up to be mined, and no block that counts as final is lost.
      advance(9),
      { type: 'reorganise', depth: 11, forgets: true },
      advance(31),
    ],
    // The journal is lost while a top-up waits in the pool, where the node keeps it or forgets it.
    [{ type: 'late', blocks: 25 }, spend(provider), advance(7), { type: 'restart', losesJournal: true }, advance(31)],
    [
      { type: 'late', blocks: 25 },
      spend(provider),
      advance(7),
      { type: 'restart', losesJournal: true },
      { type: 'forget' },
      advance(31),
    ],
    // Another program is busy while a top-up is due.
    [
      spend(provider),
      ...Array.from({ length: 8 }, (): Step[] => [{ type: 'foreign', deposits: true }, advance(2)]).flat(),
    ],
    // The disk fills up after the broadcast, and a reorganisation takes the receipt back: neither outcome is recorded before a crash.
    [
      spend(provider),
      advance(4),
      { type: 'disk', isFull: true },
      advance(4),
      { type: 'reorganise', depth: 5, forgets: true },
      { type: 'restart', losesJournal: false },
      { type: 'disk', isFull: false },
      advance(31),
    ],
    // The node refuses a top-up for good, whether it has it or not.
    [{ type: 'node', mood: 'refuses' }, spend(provider), advance(31), { type: 'node', mood: 'takes' }],
    [{ type: 'node', mood: 'takes and refuses' }, spend(provider), advance(31), { type: 'node', mood: 'takes' }],
  ),
)

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: type('spend'),
      provider: fc.nat(PROVIDERS - 1),
      amount: fc.bigInt(1n, og('2.5')),
    }),
  },
  { weight: 6, arbitrary: fc.record({ type: type('advance'), seconds: fc.constantFrom(0.3, 1, 1, 2, 7, 31, 95) }) },
  { weight: 3, arbitrary: fc.record({ type: type('foreign'), deposits: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: type('forget') }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: type('reorganise'), depth: fc.integer({ min: 1, max: 8 }), forgets: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ type: type('restart'), losesJournal: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: type('signer'), hangs: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: type('chain'), isSwitched: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: type('disk'), isFull: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: type('node'),
      mood: fc.constantFrom<NodeMood>('takes', 'refuses', 'takes and refuses'),
    }),
  },
)

const history = fc.record({
  seed: fc.nat(),
  providers: fc.integer({ min: 1, max: PROVIDERS }),
  steps: fc
    .array(fc.oneof({ weight: 6, arbitrary: step.map((one) => [one]) }, { weight: 1, arbitrary: situation }), {
      maxLength: 30,
    })
    .map((parts) => parts.flat()),
})

type History = typeof history extends fc.Arbitrary<infer T> ? T : never

test(
  'beside another program, lost journals, gaps, switched chains, hung signers, full disks and refusing nodes each need is paid once',
  limits,
  () => fc.assert(fc.asyncProperty(history, lives), parameters),
)

async function lives({ steps, ...conditions }: History): Promise<void> {
  await using life = await sharedKeyLife(conditions)
  for (const one of steps) {
    await life.take(one)
    // A sub-account above the required amount was paid twice, but for charges that a reorganisation has lessened.
    expect(excessIn(life.position())).toBeLessThanOrEqual(life.uncharged())
  }
  life.heal()
  await life.advance(2 * 3_600)
  const position = life.position()
  const { subAccounts } = position
  expect(excessIn(position)).toBeLessThanOrEqual(life.uncharged())
  expect({
    // Paid / needed is 1: everything that was missing is there, and nothing beyond it.
    available: subAccounts.map(({ available }) => (available < REQUIRED ? available : REQUIRED)),
    reasons: life.broker.inference.autoFundingStatus().map(({ reason }) => reason),
    open: life.broker.transactions().filter((one) => one.getSnapshot().hasTag('open')).length,
  }).toEqual({
    available: subAccounts.map(() => REQUIRED),
    reasons: subAccounts.map(() => 'sufficient'),
    open: 0,
  })
}

/** What sub-accounts have above the required amount, together. */
function excessIn({ subAccounts }: Position): bigint {
  return subAccounts.reduce((sum, { available }) => sum + (available > REQUIRED ? available - REQUIRED : 0n), 0n)
}
