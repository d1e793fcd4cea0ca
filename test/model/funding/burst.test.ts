import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import type { AutoFundingConfig } from '../../../src/index.ts'
import { createSimulatedBroker, type Simulation } from '../../../src/testing/index.ts'

/** What a provider wants to see locked beyond the request: it refuses to serve below. */
const SERVED_FROM = og('1.05')

/** A ledger of 100 OG with one sub-account that auto-funding keeps, after four hours in which 0.005 OG were charged every ten minutes. */
async function afterQuietHours(config: AutoFundingConfig = {}): Promise<Simulation> {
  const sim = await createSimulatedBroker({ seed: 7 })
  await sim.broker.ledger.addLedger('100')
  sim.broker.inference.startAutoFunding(sim.provider.address, config)
  await sim.advance('2m')
  for (let charge = 0; charge < 24; charge += 1) {
    sim.spend(sim.provider, '0.005')
    await sim.advance('10m')
  }
  return sim
}

/** A request of 0.05 OG every 30 s for two hours: how many the provider refused, and why nothing was paid meanwhile. */
async function burst(sim: Simulation): Promise<{ refused: number; reasons: string[] }> {
  let refused = 0
  const reasons = new Set<string>()
  for (let request = 0; request < 240; request += 1) {
    const available = (await sim.broker.position()).subAccounts[0]?.available ?? 0n
    if (available >= SERVED_FROM) sim.spend(sim.provider, '0.05')
    else refused += 1
    await sim.advance('30s')
    const reason = sim.broker.inference.autoFundingStatus()[0]?.reason
    if (reason) reasons.add(reason)
  }
  return { refused, reasons: [...reasons].toSorted() }
}

test('a burst of real charges after quiet hours is served while the ledger has money', async () => {
  await using sim = await afterQuietHours()
  expect(await burst(sim)).toEqual({ refused: 0, reasons: ['anomaly', 'sufficient'] })
  expect((await sim.broker.position()).ledger?.available).toBeGreaterThan(og('80'))
})

test('a hold for a jump of the burn ends by itself once settlements on the chain prove the burn', async () => {
  await using sim = await afterQuietHours()
  await burst(sim)
  await sim.advance('10m')
  expect((await sim.broker.position()).subAccounts[0]?.available).toBeGreaterThanOrEqual(og('2'))
  expect(sim.broker.inference.autoFundingStatus()).toMatchObject([{ state: 'watching', reason: 'sufficient' }])
})

test.for<[name: string, anomaly: NonNullable<AutoFundingConfig['anomaly']>]>([
  ['off', 'off'],
  ['a factor that the burst stays below', { factor: 1_000, forMs: 3_600_000 }],
])('with anomaly: %s a burst is never held', async ([, anomaly]) => {
  await using sim = await afterQuietHours({ anomaly })
  expect(await burst(sim)).toEqual({ refused: 0, reasons: ['sufficient'] })
})

test('an approval overrules the hold: what was approved is paid', async () => {
  await using sim = await afterQuietHours({ approve: () => true })
  expect(await burst(sim)).toEqual({ refused: 0, reasons: ['sufficient'] })
})

test('a budget is what holds a burst that is beyond it, and it is not passed', async () => {
  await using sim = await afterQuietHours({ budget: { amount: '5', per: '1d' } })
  const { reasons } = await burst(sim)
  expect(reasons).toEqual(['budget-exhausted', 'sufficient'])
  expect((await sim.broker.position()).ledger?.available).toBe(og('95'))
})
