import { parseEther as og } from 'ethers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AutoFundingConfig } from '../../../src/index.ts'
import { createSimulatedBroker, type Simulation, type SimulatedBrokerOptions } from '../../../src/testing/index.ts'

/** A ledger of 996 OG, and auto-funding for its one provider. */
async function started(config: AutoFundingConfig = {}, options: SimulatedBrokerOptions = {}): Promise<Simulation> {
  const sim = await createSimulatedBroker({ broker: { intervalMs: 300_000 }, ...options })
  await sim.until(sim.broker.ledger.addLedger('996'))
  sim.broker.inference.startAutoFunding(sim.provider.address, config)
  await sim.advance('5m')
  return sim
}

const subAccount = ({ chain, broker }: Simulation) => chain.position(broker.wallet).subAccounts[0]

/** What left the ledger, in wei: the limit counts it, wherever it is now. */
const given = ({ chain, broker }: Simulation) => og('996') - (chain.position(broker.wallet).ledger?.available ?? 0n)

/** Settles all that it can, again and again. */
async function drain(sim: Simulation, hours: number): Promise<void> {
  for (let passes = 0; passes < hours * 4; passes += 1) {
    const available = subAccount(sim)?.available ?? 0n
    if (available > 0n) sim.spend(sim.provider, available)
    await sim.advance('15m')
  }
}

const row = async (sim: Simulation) => (await sim.broker.plan()).decisions[0]

/** Claims as much as the cap lets count, at each reading. */
const greed = { unsettledFee: () => og('10') }

describe('a new provider that claims and settles all it can', () => {
  test('gets 50 OG in its first day with the defaults, and the hold says what was given, until when, and what lifts it', async () => {
    await using sim = await started(greed)
    await drain(sim, 23)
    expect(given(sim)).toBe(og('50'))
    const { timestamp } = sim.chain.position(sim.broker.wallet).block
    const held = await row(sim)
    expect(held).toMatchObject({
      action: 'hold',
      reason: 'first-day',
      firstDay: { limit: og('50'), given: og('50'), option: 'firstDay' },
    })
    expect(held?.firstDay?.until).toBeGreaterThan(timestamp)
    expect(held?.firstDay?.until).toBeLessThanOrEqual(timestamp + 2 * 3_600)
    expect(sim.broker.inference.autoFundingStatus()).toMatchObject([{ reason: 'first-day' }])
  })

  test('gets no more after a restart', async () => {
    await using sim = await started(greed)
    await drain(sim, 3)
    for (let restarts = 0; restarts < 3; restarts += 1) {
      const broker = await sim.restart()
      broker.inference.startAutoFunding(sim.provider.address, greed)
      await drain(sim, 3)
    }
    expect(given(sim)).toBe(og('50'))
  })

  test('gets what firstDay says, and no limit with "off"', async () => {
    await using less = await started({ ...greed, firstDay: '7.5' })
    await drain(less, 12)
    expect(given(less)).toBe(og('7.5'))
    await using all = await started({ ...greed, firstDay: 'off' })
    await drain(all, 20)
    expect(given(all)).toBe(og('996'))
  })

  test('gets what a person approves', async () => {
    await using sim = await started({ ...greed, approve: () => true })
    await drain(sim, 8)
    expect(given(sim)).toBeGreaterThan(og('50'))
  })

  test('whatever it claims and settles, and whenever the process restarts, never gets more than the limit', async () => {
    const step = fc.record({
      minutes: fc.integer({ min: 1, max: 240 }),
      claims: fc.bigInt(0n, og('130')),
      settles: fc.integer({ min: 0, max: 100 }),
      restarts: fc.boolean(),
    })
    const limit = fc.constantFrom('0.5', '3', '20', undefined)
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), limit, async (steps, firstDay) => {
        let fee = 0n
        const config = { unsettledFee: () => fee, maxUnsettledFee: '120', ...(firstDay && { firstDay }) }
        await using sim = await started(config)
        const begun = sim.now()
        for (const { minutes, claims, settles, restarts } of steps) {
          if (sim.now() + minutes * 60_000 - begun >= 86_000_000) break
          fee = claims
          const charge = ((subAccount(sim)?.available ?? 0n) * BigInt(settles)) / 100n
          if (charge > 0n) sim.spend(sim.provider, charge)
          if (restarts) (await sim.restart()).inference.startAutoFunding(sim.provider.address, config)
          await sim.advance(`${minutes}m`)
          expect(given(sim)).toBeLessThanOrEqual(og(firstDay ?? '50'))
        }
      }),
      { numRuns: 25 },
    )
  })
})

describe('an honest provider', () => {
  test('is never held at an OG an hour', async () => {
    await using sim = await started()
    const reasons = new Set<string | null | undefined>()
    for (let hours = 0; hours < 30; hours += 1) {
      sim.spend(sim.provider, '1')
      await sim.advance('1h')
      reasons.add(sim.broker.inference.autoFundingStatus()[0]?.reason)
    }
    expect([...reasons]).toEqual(['sufficient'])
  })

  test('gets as much as it needs once a charge is older than a day, also after a restart that knows it from the logs alone', async () => {
    await using sim = await started()
    for (let hours = 0; hours < 30; hours += 1) {
      if (hours < 20) sim.spend(sim.provider, '1')
      await sim.advance('1h')
    }
    const before = given(sim)
    const config = { target: '200', firstDay: '10' } as const
    const broker = await sim.restart()
    broker.inference.startAutoFunding(sim.provider.address, { ...config, bufferMultiplier: 150 })
    await sim.advance('20m')
    expect(sim.broker.inference.autoFundingStatus()).toMatchObject([{ reason: 'sufficient' }])
    expect(given(sim) - before).toBeGreaterThan(og('150'))
  })

  test('of audio is held with the option that lifts it, and funded once the user lifts it', async () => {
    const audio = { unsettledFee: () => og('120') }
    await using sim = await createSimulatedBroker()
    await sim.broker.ledger.addLedger('996')
    sim.chain.changeOffer(sim.provider.address, { kind: 'audio-generation', outputPrice: og('1') })
    sim.chain.setAccepted(sim.provider.address, true)
    sim.broker.inference.startAutoFunding(sim.provider.address, audio)
    await sim.advance('2m')
    expect(await row(sim)).toMatchObject({
      action: 'hold',
      reason: 'first-day',
      available: og('50'),
      missing: og('73'),
      firstDay: { limit: og('50'), given: og('50'), until: null, option: 'firstDay' },
    })
    sim.broker.inference.startAutoFunding(sim.provider.address, { ...audio, firstDay: 'off' })
    await sim.advance('2m')
    expect(await row(sim)).toMatchObject({ reason: 'sufficient', available: og('123') })
  })
})

describe('ensureFunded', () => {
  const ensured = async (amount?: string) => {
    const sim = await createSimulatedBroker()
    await sim.broker.ledger.addLedger('200')
    const { inference } = sim.broker
    inference.startAutoFunding(sim.provider.address, { firstDay: '1.5', target: 2, minTopUp: 0n })
    inference.pauseAutoFunding(sim.provider.address)
    const outcome = await inference
      .ensureFunded(sim.provider.address, amount)
      .then(() => 'paid')
      .catch((error: unknown) => error)
    return { sim, outcome }
  }

  test('without an amount gives a new provider no more than its limit', async () => {
    const { sim, outcome } = await ensured()
    await using _ = sim
    expect(outcome).toMatchObject({
      name: 'BudgetExhaustedError',
      facts: { amount: '2 OG', limit: '1.5 OG', given: '0 OG', until: 'a day after its first charge' },
    })
    expect(sim.chain.position(sim.broker.wallet).subAccounts).toEqual([])
  })

  test('with an amount pays it: the user named it', async () => {
    const { sim, outcome } = await ensured('3')
    await using _ = sim
    expect(outcome).toBe('paid')
    expect(subAccount(sim)?.available).toBe(og('3'))
  })
})

test.for<[name: string, firstDay: unknown]>([
  ['another word', 'never'],
  ['a wrong amount', '1e3'],
  ['nothing', '0'],
  ['a number', 5],
])('firstDay is refused with its name for %s', async ([, firstDay]) => {
  await using sim = await createSimulatedBroker()
  const start = () =>
    sim.broker.inference.startAutoFunding(sim.provider.address, { firstDay } as unknown as AutoFundingConfig)
  expect(start).toThrow(/firstDay(?!,)/)
  expect(start).not.toThrow(/no such option/)
})
