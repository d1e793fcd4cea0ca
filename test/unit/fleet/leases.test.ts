import process from 'node:process'
import { expect, test } from 'vitest'
import { LeaseLostError } from '../../../src/index.ts'
import { createLastingPromise } from '../../../src/base/lasting-promise.ts'
import { fleetWorld } from '../../support/fleet-world.ts'
import { memoryLeaseStore } from '../../support/memory-leases.ts'

const LEASE_SECONDS = 15

/** The law is the same for 2000, which `FLEET_WALLETS=2000` runs. */
const WALLETS = Number(process.env['FLEET_WALLETS'] ?? 120)

test(
  'after a process of three dies, all wallets are owned again within the lease and three seconds, none by two',
  { timeout: 60_000 + 200 * WALLETS },
  async () => {
    await using world = fleetWorld({ wallets: WALLETS })
    const store = memoryLeaseStore({ clock: world.clock, leaseMs: LEASE_SECONDS * 1_000 })
    const processes = await Promise.all(
      ['a', 'b', 'c'].map(async (holder) => {
        const { clock, kill } = world.processClock()
        const leases = store.of(holder, clock)
        return { kill, fleet: await world.open({ clock, leases, capacity: WALLETS / 2, intervalMs: 60_000 }) }
      }),
    )
    await world.advance(5)
    const [dying, ...living] = processes
    const ownedBy = () => processes.map(({ fleet }) => fleet.brokers().length)
    expect(ownedBy().reduce((sum, count) => sum + count, 0)).toBe(WALLETS)
    expect(Math.max(...ownedBy())).toBeLessThanOrEqual(WALLETS / 2)

    const before = new Set(living.flatMap(({ fleet }) => fleet.brokers().map(({ wallet }) => wallet)))
    const orphans = world.wallets.filter((wallet) => !before.has(wallet))
    expect(orphans.length).toBeGreaterThan(0)
    dying?.kill()
    await world.advance(LEASE_SECONDS + 3)
    const after = living.flatMap(({ fleet }) => fleet.brokers().map(({ wallet }) => wallet))
    expect(after.toSorted()).toEqual([...world.wallets].toSorted())
    // Each was claimed only where the lease before it had ended.
    expect(store.claims.length).toBe(WALLETS + orphans.length)
  },
)

test('a fleet whose lease is taken closes that broker and sends nothing more for it', async () => {
  await using world = fleetWorld({ wallets: 1 })
  const store = memoryLeaseStore({ clock: world.clock, leaseMs: LEASE_SECONDS * 1_000 })
  const [wallet = ''] = world.wallets
  const fleet = await world.open({ leases: store.of('a', world.clock) })
  const broker = fleet.broker(wallet)
  Object.assign(store.rows.get(wallet) ?? {}, { holder: 'b', epoch: 7, expiresAt: world.now() + 3_600_000 })
  await expect(broker?.ledger.addLedger('5')).rejects.toThrow(LeaseLostError)
  await world.advance(LEASE_SECONDS)
  expect(world.chain.position(wallet).ledger).toBeNull()
  expect(fleet.broker(wallet)).toBeNull()
  expect(fleet.leasesLost()).toBe(1)
  await world.advance(20)
  expect(fleet.wallets()).toEqual([
    { wallet, state: 'foreign', reason: null, error: null, lease: { holder: 'b', epoch: 7 } },
  ])
})

test('a lease that is lost while its wallet opens leaves no broker that pays', async () => {
  await using world = fleetWorld({ wallets: 1 })
  const store = memoryLeaseStore({ clock: world.clock, leaseMs: LEASE_SECONDS * 1_000 })
  const [wallet = ''] = world.wallets
  const connecting = createLastingPromise()
  const opening = world.open({
    leases: store.of('a', world.clock),
    policyFor: () => ({ autoDeposit: { trigger: '5', target: '8' } }),
    async bend(connected) {
      await connecting.promise
      return connected
    },
  })
  await world.settled()
  Object.assign(store.rows.get(wallet) ?? {}, { holder: 'b', epoch: 7, expiresAt: world.now() + 3_600_000 })
  await world.advance(LEASE_SECONDS)
  connecting.resolve()
  const fleet = await opening
  await world.advance(20)
  expect(fleet.brokers()).toEqual([])
  expect(fleet.leasesLost()).toBe(1)
  expect(fleet.wallets()).toEqual([
    { wallet, state: 'foreign', reason: null, error: null, lease: { holder: 'b', epoch: 7 } },
  ])
})

test('a wallet that is removed while its lease is claimed is not opened, and its lease is handed back', async () => {
  await using world = fleetWorld({ wallets: 1 })
  const store = memoryLeaseStore({ clock: world.clock, leaseMs: LEASE_SECONDS * 1_000 })
  const [wallet = ''] = world.wallets
  const leases = store.of('a', world.clock)
  const answered = createLastingPromise()
  const fleet = await world.open({
    wallets: [],
    leases: {
      ...leases,
      async claim(how) {
        const claimed = await leases.claim(how)
        await answered.promise
        return claimed
      },
    },
  })
  await fleet.add(wallet)
  await world.advance(2)
  await fleet.remove(wallet)
  answered.resolve()
  await world.advance(2)
  expect(store.claims.length).toBe(1)
  expect(store.rows.get(wallet)?.holder).toBeNull()
  expect(fleet.brokers()).toEqual([])
})

test('a fleet that closes hands its leases back at once', async () => {
  await using world = fleetWorld({ wallets: 20 })
  const store = memoryLeaseStore({ clock: world.clock, leaseMs: LEASE_SECONDS * 1_000 })
  const first = await world.open({ leases: store.of('a', world.clock), capacity: 20 })
  const second = await world.open({ leases: store.of('b', world.clock), capacity: 20 })
  expect([first.brokers().length, second.brokers().length]).toEqual([20, 0])
  await first.close()
  await world.advance(3)
  expect(second.brokers().length).toBe(20)
})

test('a wallet that cannot be opened here is handed back, so that another process opens it', async () => {
  await using world = fleetWorld({ wallets: 2 })
  const store = memoryLeaseStore({ clock: world.clock, leaseMs: LEASE_SECONDS * 1_000 })
  const [bad] = world.wallets
  const first = await world.open({
    leases: store.of('a', world.clock),
    bend(connected) {
      if (connected.wallet === bad) throw new Error('The key service does not answer.')
      return connected
    },
  })
  expect(first.wallets().map(({ state }) => state)).toEqual(['failed', 'open'])
  const second = await world.open({ leases: store.of('b', world.clock) })
  expect(second.brokers().map(({ wallet }) => wallet)).toEqual([bad])
})

test('a broker that hangs while it closes keeps no other lease, and its own and the fleet for ten seconds', async () => {
  await using world = fleetWorld({ wallets: 3 })
  const store = memoryLeaseStore({ clock: world.clock, leaseMs: 60_000 })
  const leases = store.of('a', world.clock)
  const [hanging = ''] = world.wallets
  const warnings: unknown[] = []
  const fleet = await world.open({
    leases: {
      ...leases,
      claim: async (request) =>
        (await leases.claim(request)).map((journal) =>
          journal.wallet === hanging ? { ...journal, close: () => new Promise<never>(() => undefined) } : journal,
        ),
    },
    logger: { ...silent, warn: (facts, text) => void warnings.push([facts, text]) },
  })
  const holders = () => world.wallets.map((wallet) => store.rows.get(wallet)?.holder ?? null)
  expect(holders()).toEqual(['a', 'a', 'a'])
  const closed = fleet.close()
  await world.advance(9)
  expect(holders()).toEqual(['a', null, null])
  await world.advance(1)
  await closed
  expect(holders()).toEqual([null, null, null])
  expect(warnings).toMatchObject([[{ wallets: [hanging] }, 'brokers hang while they close; they are left']])
})

const silent = { debug: () => undefined, info: () => undefined, error: () => undefined }
