import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AutoFundingConfig, Broker } from '../../../src/index.ts'
import { systemClock } from '../../../src/base/clock.ts'
import { createSharedTime } from '../../../src/base/known-block.ts'
import { createQuiet } from '../../../src/funding/quiet.ts'
import { bentWorld } from '../../support/bent-world.ts'

const RUNS = Number(process.env['LAW_RUNS'] ?? 40)
const RENT = { unsettledFee: false } as const

/** What a provider, the user and time do to a wallet. */
const act = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ type: fc.constant('pass' as const), seconds: fc.integer({ min: 30, max: 1_200 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('spend' as const), milliOg: fc.integer({ min: 1, max: 1_500 }) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('deposit' as const), og: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('retrieve' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('pause' as const), on: fc.boolean() }) },
)

const config: fc.Arbitrary<AutoFundingConfig> = fc.constantFrom<AutoFundingConfig>(
  RENT,
  { ...RENT, runway: { trigger: '6h', target: '1d' } },
  { ...RENT, budget: { amount: '3', per: '1h' }, cooldownMs: 120_000 },
  { ...RENT, autoClaim: true },
  { ...RENT, reclaimIdle: { after: '1h' } },
)

test('a broker that skips readings that change nothing decides and pays as one that plans at each reading', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 25 }), config, async (acts, policy) => {
      await using skipping = await lifeOf(policy, true)
      await using planning = await lifeOf(policy, false)
      for (const one of acts) {
        const seen = await Promise.all([skipping, planning].map((life) => life.live(one)))
        expect(seen[0]).toEqual(seen[1])
      }
    }),
    { numRuns: RUNS },
  )
})

type Act = typeof act extends fc.Arbitrary<infer T> ? T : never

async function lifeOf(policy: AutoFundingConfig, skipsQuiet: boolean) {
  const world = bentWorld({ inference: 1, seed: 7, lockTime: 3_600 })
  const shared = {
    time: createSharedTime(systemClock),
    phaseMs: () => 0,
    createQuiet: skipsQuiet ? createQuiet : null,
    onPlan: () => undefined,
    onEvent: () => undefined,
  }
  const broker = await world.open({ shared })
  await world.until(broker.ledger.addLedger('20'))
  await world.until(broker.ledger.transferFund(world.provider, 'inference', '3'))
  broker.inference.startAutoFunding(world.provider, policy)
  await world.advance(60)
  return {
    async live(one: Act) {
      await perform(one)
      await world.advance(one.type === 'pass' ? Math.ceil(one.seconds / 30) * 30 : 60)
      return { decided: decisionsOf(broker), position: { ...world.position(), block: null } }
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  }

  async function perform(one: Act): Promise<void> {
    if (one.type === 'spend') world.chain.spend(world.provider, world.wallet, `${one.milliOg / 1_000}`)
    if (one.type === 'deposit') await world.until(broker.ledger.depositFund(String(one.og)))
    if (one.type === 'retrieve') await world.until(broker.ledger.retrieveFund('inference').catch(() => undefined))
    if (one.type !== 'pause') return
    if (one.on) broker.inference.pauseAutoFunding(world.provider)
    else broker.inference.resumeAutoFunding(world.provider)
  }
}

/** What a plan decides; the figures of burn and budgets may be five minutes old. */
function decisionsOf(broker: Broker) {
  return broker.latest()?.decisions.map((one) => ({
    provider: one.provider,
    available: one.available,
    action: one.action,
    reason: one.action === 'hold' ? one.reason : null,
    claim: one.claim?.wait,
    reclaim: one.reclaim?.wait,
  }))
}
