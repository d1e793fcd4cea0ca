import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import type { AutoFundingConfig } from '../../../src/index.ts'
import { createSimulatedBroker, type Simulation, type SimulatedBrokerOptions } from '../../../src/testing/index.ts'
import { idleStanding as standing, operationsOf as sent } from '../../support/idle-standing.ts'

/** The lock of a refund is a day, and a sub-account is idle after two. */
const WHEN_IDLE = { reclaimIdle: { after: '2d', when: 'always' } } as const satisfies AutoFundingConfig

test('an idle sub-account gives its money back, and nothing is sent to it until its provider charges', async () => {
  await using sim = await simulation()
  const { broker, provider } = sim
  await sim.until(broker.ledger.addLedger('10'))
  broker.inference.startAutoFunding(provider.address, { reclaimIdle: { after: '2d', keep: '1.2', when: 'always' } })
  await sim.advance('47h')
  expect(await standing(broker)).toEqual({ ledger: '7', free: '3', pending: '0', why: 'sufficient', wait: 'in-use' })
  await sim.advance('2h')
  expect(await standing(broker)).toEqual({ ledger: '7', free: '1.2', pending: '1.8', why: 'idle', wait: 'reclaiming' })
  expect(sent(broker)).toEqual(['addLedger', 'transferFund', 'retrieveFund', 'transferFund'])
  await sim.advance('1d')
  const home = { ledger: '8.8', free: '1.2', pending: '0', why: 'idle', wait: 'nothing-free' }
  expect(await standing(broker)).toEqual(home)
  await sim.advance('10d')
  expect(await standing(broker)).toEqual(home)
  sim.spend(provider, '0.1')
  await sim.advance('1h')
  expect(await standing(broker)).toEqual({ ledger: '6.9', free: '3', pending: '0', why: 'sufficient', wait: 'in-use' })
})

test('the first charge ends it while the refund is pending: the rule for pending refunds says what happens then', async () => {
  const after = async (onPendingRefund: 'hold' | 'reuse') => {
    await using sim = await simulation()
    const { broker, provider } = sim
    await sim.until(broker.ledger.addLedger('10'))
    broker.inference.startAutoFunding(provider.address, { ...WHEN_IDLE, onPendingRefund })
    await sim.advance('49h')
    const before = await standing(broker)
    sim.spend(provider, '0.5')
    await sim.advance('1h')
    const [soon, sentSoon] = [await standing(broker), sent(broker).length]
    await sim.advance('1d')
    return { before, soon, sentSoon, later: await standing(broker) }
  }
  const before = { ledger: '7', free: '0', pending: '3', why: 'idle', wait: 'reclaiming' }
  expect(await after('hold')).toEqual({
    before,
    soon: { ledger: '7', free: '0', pending: '2.5', why: 'refund-pending', wait: 'in-use' },
    sentSoon: 3,
    later: { ledger: '6.5', free: '3', pending: '0', why: 'sufficient', wait: 'in-use' },
  })
  expect(await after('reuse')).toEqual({
    before,
    soon: { ledger: '6.5', free: '3', pending: '0', why: 'sufficient', wait: 'in-use' },
    sentSoon: 4,
    later: { ledger: '6.5', free: '3', pending: '0', why: 'sufficient', wait: 'in-use' },
  })
})

test('a call that asks for a sub-account is use, also where nothing has to be paid', async () => {
  await using sim = await simulation()
  const { broker, provider } = sim
  await sim.until(broker.ledger.addLedger('10'))
  broker.inference.startAutoFunding(provider.address, WHEN_IDLE)
  await sim.advance('1d')
  expect(await sim.until(broker.inference.ensureFunded(provider.address, '1'))).toBe(null)
  await sim.advance('47h')
  expect(await standing(broker)).toMatchObject({ free: '3', wait: 'in-use' })
  await sim.advance('2h')
  expect(await standing(broker)).toMatchObject({ free: '0', wait: 'reclaiming' })
})

test('a restart knows of a call that paid nothing: what was asked for a while ago is not asked back', async () => {
  await using sim = await simulation()
  const { provider } = sim
  await sim.until(sim.broker.ledger.addLedger('10'))
  sim.broker.inference.startAutoFunding(provider.address, WHEN_IDLE)
  await sim.advance('1d')
  expect(await sim.until(sim.broker.inference.ensureFunded(provider.address, '1'))).toBe(null)
  await sim.advance('1h')
  const broker = await sim.restart()
  broker.inference.startAutoFunding(provider.address, WHEN_IDLE)
  await sim.advance('46h')
  expect(await standing(broker)).toMatchObject({ free: '3', wait: 'in-use' })
  await sim.advance('2h')
  expect(await standing(broker)).toMatchObject({ free: '0', wait: 'reclaiming' })
})

test('by default only a short ledger asks, for as much as it lacks, from one sub-account at a time', async () => {
  await using sim = await simulation({ providers: 4 })
  const { broker } = sim
  const [first, second, third, busy] = sim.providers.map(({ address }) => address) as [string, string, string, string]
  await sim.until(broker.ledger.addLedger('10'))
  for (const idle of [first, second, third])
    broker.inference.startAutoFunding(idle, { reclaimIdle: { after: '2d' }, target: 2 })
  await sim.advance('5d')
  expect((await broker.plan()).decisions.map(({ reclaim }) => reclaim?.wait)).toEqual(Array(3).fill('not-needed'))
  // 4 OG are left, 7 are wanted: two sub-accounts give back 2 OG each.
  broker.inference.startAutoFunding(busy, { minLockedBalance: '7', bufferMultiplier: 1, target: 1, allOrNothing: true })
  await sim.advance('1h')
  const { decisions, shortfall } = await broker.plan()
  expect(shortfall).toBe(og('3'))
  expect(decisions.map(({ reclaim }) => reclaim?.wait)).toEqual(['reclaiming', 'reclaiming', 'not-needed', undefined])
  await sim.advance('25h')
  const { ledger, subAccounts } = await broker.position()
  expect(subAccounts.map(({ available }) => available)).toEqual([0n, 0n, og('2'), og('7')])
  expect(ledger?.available).toBe(og('1'))
})

test('a restart forgets nothing: neither how long a sub-account was unused, nor that its money was asked back', async () => {
  await using sim = await simulation()
  const { provider } = sim
  await sim.until(sim.broker.ledger.addLedger('10'))
  sim.broker.inference.startAutoFunding(provider.address, WHEN_IDLE)
  await sim.advance('47h')
  const start = async () => (await sim.restart()).inference.startAutoFunding(provider.address, WHEN_IDLE)
  await start()
  await sim.advance('2h')
  const reclaiming = { ledger: '7', free: '0', pending: '3', why: 'idle', wait: 'reclaiming' }
  expect(await standing(sim.broker)).toEqual(reclaiming)
  await start()
  await sim.advance('1h')
  expect(await standing(sim.broker)).toEqual(reclaiming)
  await sim.advance('1d')
  const home = { ledger: '10', free: '0', pending: '0', why: 'idle', wait: 'nothing-free' }
  expect(await standing(sim.broker)).toEqual(home)
  await start()
  await sim.advance('30d')
  expect(await standing(sim.broker)).toEqual(home)
})

test('is off by default, and paused with auto-funding', async () => {
  await using sim = await simulation({ providers: 2 })
  const { broker } = sim
  const [plain, paused] = sim.providers.map(({ address }) => address) as [string, string]
  await sim.until(broker.ledger.addLedger('10'))
  broker.inference.startAutoFunding(plain)
  broker.inference.startAutoFunding(paused, WHEN_IDLE)
  await sim.advance('1h')
  broker.inference.pauseAutoFunding(paused)
  await sim.advance('10d')
  const { decisions } = await broker.plan()
  expect(decisions.map(({ available, reclaim }) => [available, reclaim?.wait])).toEqual([
    [og('3'), undefined],
    [og('3'), 'paused'],
  ])
  broker.inference.resumeAutoFunding(paused)
  await sim.advance('1h')
  expect((await broker.plan()).decisions.map(({ reclaim }) => reclaim?.wait)).toEqual([undefined, 'reclaiming'])
})

function simulation(more: SimulatedBrokerOptions = {}): Promise<Simulation> {
  return createSimulatedBroker({ seed: 7, lockTime: 86_400, broker: { intervalMs: 1_800_000 }, ...more })
}
