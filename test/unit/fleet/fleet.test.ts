import { parseEther } from 'ethers'
import { expect, test } from 'vitest'
import { AbortedError, InvalidInputError, memoryJournal, type Plan } from '../../../src/index.ts'
import { createLastingPromise } from '../../../src/base/lasting-promise.ts'
import type { Connected } from '../../../src/chain/connect.ts'
import type { WalletPolicy } from '../../../src/fleet/index.ts'
import { createMetrics } from '../../../src/metrics/index.ts'
import { fleetWorld, fundedPolicy } from '../../support/fleet-world.ts'

test('each wallet of a fleet is topped up once, from its own ledger', async () => {
  await using world = fleetWorld({ wallets: 3 })
  const fleet = await world.open({ policyFor: () => fundedPolicy(world.provider) })
  await world.supply(fleet.brokers())
  await world.advance(60)
  for (const wallet of world.wallets) world.chain.spend(world.provider, wallet, '2.5')
  await world.advance(60)
  const available = world.wallets.map(world.availableOf)
  expect(available).toEqual(world.wallets.map(() => parseEther('3')))
  expect(fleet.wallets()).toEqual(
    world.wallets.map((wallet) => ({ wallet, state: 'open', reason: null, error: null, lease: null })),
  )
})

test('a wallet with a bad key, journal or policy takes no other wallet along', async () => {
  await using world = fleetWorld({ wallets: 4 })
  const [good, badKey, badJournal, badPolicy] = world.wallets
  const fleet = await world.open({
    policyFor: (wallet) =>
      wallet === badPolicy ? { autoFunding: [{ provider: 'nonsense' }] } : fundedPolicy(world.provider),
    bend(connected) {
      if (connected.wallet === badKey) throw new InvalidInputError('signerFor gave the key of another wallet.')
      return connected
    },
    journalFor(wallet) {
      if (wallet === badJournal) throw new Error('The disk is full.')
      return memoryJournal()
    },
  })
  const states = fleet.wallets().map(({ wallet, state, reason }) => ({ wallet, state, reason }))
  expect(states).toEqual([
    { wallet: good, state: 'open', reason: null },
    { wallet: badKey, state: 'failed', reason: 'signerFor gave the key of another wallet.' },
    { wallet: badJournal, state: 'failed', reason: 'The disk is full.' },
    { wallet: badPolicy, state: 'failed', reason: expect.stringMatching(/address/i) },
  ])
  expect(fleet.brokers().map(({ wallet }) => wallet)).toEqual([good])
  expect(fleet.broker(badKey ?? '')).toBeNull()
})

test('a wallet whose broker cannot be made keeps no other wallet from being read', async () => {
  await using world = fleetWorld({ wallets: 3 })
  const [bad, ...good] = world.wallets
  const policies: WalletPolicy[] = [
    { budget: { amount: '5', per: '40d' } },
    { autoFunding: [{ provider: world.provider, config: { target: 'much' } }] },
  ]
  for (const policy of policies) {
    const fleet = await world.open({
      policyFor: (wallet) => (wallet === bad ? policy : fundedPolicy(world.provider)),
    })
    await world.advance(60)
    expect(fleet.wallets().map(({ wallet, state }) => [wallet, state])).toEqual([
      [bad, 'failed'],
      ...good.map((wallet) => [wallet, 'open']),
    ])
    expect(fleet.brokers().map((broker) => broker.positions$.status)).toMatchObject(
      good.map(() => ({ failures: 0, block: expect.any(Number) as number })),
    )
    await fleet.close()
  }
})

test('plan$ has the plan of each wallet at each reading', async () => {
  await using world = fleetWorld({ wallets: 2 })
  const fleet = await world.open({ policyFor: () => fundedPolicy(world.provider), intervalMs: 10_000 })
  await world.advance(1)
  const seen: string[] = []
  fleet.plan$.subscribe(({ position }: Plan) => seen.push(position.wallet.address))
  await world.advance(30)
  const times = world.wallets.map((wallet) => seen.filter((one) => one === wallet).length)
  expect(times).toEqual([3, 3])
})

test('a wallet is added and removed while the fleet runs', async () => {
  await using world = fleetWorld({ wallets: 3 })
  const [first = '', second = '', third = ''] = world.wallets
  const fleet = await world.open({ wallets: [first, second] })
  await fleet.add(third)
  const removed = fleet.broker(first)
  await fleet.remove(first)
  expect(fleet.brokers().map(({ wallet }) => wallet)).toEqual([second, third])
  await expect(removed?.position()).rejects.toThrow('closed')
  await expect(fleet.add(second)).rejects.toThrow('The fleet has this wallet already.')
})

/** A wallet whose connection waits, and whose policy deposits once it is open. */
function slowOpening() {
  const connecting = createLastingPromise()
  let closed = 0
  return {
    connect: connecting.resolve,
    journalsClosed: () => closed,
    options: {
      policyFor: () => ({ autoDeposit: { trigger: '5', target: '8' } }),
      journalFor() {
        const journal = memoryJournal()
        return { ...journal, close: () => ((closed += 1), journal.close()) }
      },
      async bend(connected: Connected) {
        await connecting.promise
        return connected
      },
    },
  }
}

test('a fleet that is aborted while a wallet opens leaves no broker that pays, and closes its journal', async () => {
  await using world = fleetWorld({ wallets: 1 })
  const [wallet = ''] = world.wallets
  const { options, connect, journalsClosed } = slowOpening()
  const abort = new AbortController()
  const opening = world.open({ ...options, signal: abort.signal }).catch((error: unknown) => error)
  await world.settled()
  abort.abort()
  await world.settled()
  connect()
  expect(await opening).toBeInstanceOf(AbortedError)
  await world.advance(600)
  expect(journalsClosed()).toBe(1)
  expect(world.chain.position(wallet).ledger).toBeNull()
})

test('a wallet that is removed while it opens is closed, and nothing is sent for it', async () => {
  await using world = fleetWorld({ wallets: 1 })
  const [wallet = ''] = world.wallets
  const { options, connect, journalsClosed } = slowOpening()
  const fleet = await world.open({ ...options, wallets: [] })
  const adding = fleet.add(wallet)
  await world.settled()
  const removing = fleet.remove(wallet)
  await world.settled()
  connect()
  await Promise.all([adding, removing])
  await world.advance(600)
  expect(journalsClosed()).toBe(1)
  expect(world.chain.position(wallet).ledger).toBeNull()
})

test('a closed fleet reads nothing more', async () => {
  await using world = fleetWorld({ wallets: 2 })
  let readings = 0
  const fleet = await world.open({
    bend: (connected) => ({
      ...connected,
      readPosition() {
        readings += 1
        return connected.readPosition()
      },
    }),
  })
  await world.advance(60)
  await fleet.close()
  const before = readings
  await world.advance(600)
  expect(readings).toBe(before)
  await expect(fleet.add(world.wallets[0] ?? '')).rejects.toThrow('The fleet is closed.')
})

test('the budget of a fleet counts what every wallet pays', async () => {
  await using world = fleetWorld({ wallets: 3 })
  const fleet = await world.open({ policyFor: () => fundedPolicy(world.provider), budget: { amount: '2', per: '1d' } })
  await world.supply(fleet.brokers())
  await world.advance(60)
  for (const wallet of world.wallets) world.chain.spend(world.provider, wallet, '2.5')
  await world.advance(60)
  const paid = world.wallets.reduce(
    (sum, wallet) => sum + (world.chain.position(wallet).subAccounts[0]?.available ?? 0n) - parseEther('0.5'),
    0n,
  )
  expect(paid).toBe(parseEther('2'))
  const reasons = fleet.brokers().map((broker) => {
    const decision = broker.latest()?.decisions[0]
    return decision?.action === 'hold' ? decision.reason : decision?.action
  })
  expect(reasons.filter((reason) => reason === 'budget-exhausted')).toHaveLength(2)
  expect(reasons).toContain('sufficient')
})

test('what a fleet has paid for a wallet that it gives up counts against its budget until the window is over', async () => {
  await using world = fleetWorld({ wallets: 2 })
  const [given = '', kept = ''] = world.wallets
  const fleet = await world.open({ policyFor: () => fundedPolicy(world.provider), budget: { amount: '2', per: '1d' } })
  await world.supply(fleet.brokers())
  await world.advance(60)
  world.chain.spend(world.provider, given, '2.5')
  await world.advance(60)
  expect(world.availableOf(given)).toBe(parseEther('2.5'))
  await fleet.remove(given)
  world.chain.spend(world.provider, kept, '2.5')
  await world.advance(600)
  expect(world.availableOf(kept)).toBe(parseEther('0.5'))
  await world.advance(86_400)
  expect(world.availableOf(kept)).toBe(parseEther('2.5'))
})

test('metrics show the brokers of a fleet, and how many wallets are where', async () => {
  await using world = fleetWorld({ wallets: 2 })
  const fleet = await world.open({
    journalFor(wallet) {
      if (wallet === world.wallets[1]) throw new Error('The disk is full.')
      return memoryJournal()
    },
  })
  await world.advance(1)
  const samples = createMetrics(fleet).samples()
  const wallets = samples.filter(({ name }) => name === 'og_ledger_fleet_wallets')
  expect(wallets.map(({ labels, value }) => [labels['state'], value])).toEqual([
    ['owned', 1],
    ['free', 1],
    ['foreign', 0],
  ])
  expect(samples.filter(({ name }) => name === 'og_ledger_up').map(({ value }) => value)).toEqual([1])
})
