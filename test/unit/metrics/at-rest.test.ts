import { afterEach, expect, test, vi } from 'vitest'
import { Actor } from 'xstate'
import { fleetHealth } from '../../../src/cli/fleet/health.ts'
import { openAlerts } from '../../../src/alerts/alerts.ts'
import { createMetrics } from '../../../src/metrics/index.ts'
import { fleetWorld, fundedPolicy } from '../../support/fleet-world.ts'
import { memoryLeaseStore } from '../../support/memory-leases.ts'

afterEach(() => void vi.restoreAllMocks())

test('alerts, a scrape and a probe start no actor and make no manager of a wallet at rest, and say what those would', async () => {
  await using world = fleetWorld({ wallets: 3 })
  const store = memoryLeaseStore({ clock: world.clock, leaseMs: 60_000 })
  const supplying = await world.open({ leases: store.of('before', world.clock) })
  await world.supply(supplying.brokers())
  await supplying.close()
  const fleet = await world.open({
    leases: store.of('after', world.clock),
    policyFor: () => fundedPolicy(world.provider),
  })
  await world.advance(60)
  const metrics = createMetrics(fleet)
  const brokers = fleet.brokers()

  const started = vi.spyOn(Actor.prototype, 'start')
  const managers = (['ledger', 'inference', 'fineTuning'] as const).map((name) =>
    vi.spyOn(Object.getPrototypeOf(brokers[0]) as (typeof brokers)[0] & object, name, 'get'),
  )
  await using alerts = await openAlerts(
    fleet,
    { to: [{ name: 'none', id: 'none', send: () => Promise.resolve() }] },
    world.clock,
  )
  await world.advance(60)
  expect(alerts.firing()).toEqual([])
  const atRest = metrics.text()
  expect(fleetHealth(fleet).status).toBe('pass')
  expect([started, ...managers].map(({ mock }) => mock.calls.length)).toEqual([0, 0, 0, 0])

  const [first] = brokers
  expect(first?.standing().subAccounts.map(({ value }) => value)).toEqual(['funded'])
  expect(first?.standing().subAccounts).toEqual(first?.subAccounts().map((actor) => actor.getSnapshot()))
  expect(first?.standing().autoFunding).toEqual(first?.inference.autoFundingStatus())
  for (const broker of brokers) broker.subAccounts()
  expect(started.mock.calls.length).toBe(brokers.length)
  expect(metrics.text()).toBe(atRest)
})
