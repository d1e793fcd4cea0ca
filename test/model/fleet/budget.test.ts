import { parseEther } from 'ethers'
import { expect, test } from 'vitest'
import { JournalError, memoryJournal, type Journal } from '../../../src/index.ts'
import { fleetWorld, fundedPolicy } from '../../support/fleet-world.ts'
import { lyingTime } from '../../support/lying-time.ts'

const budget = { amount: '2', per: '1d' } as const

test('what was paid for a wallet counts although its journal cannot be opened when it comes back', async () => {
  await using world = fleetWorld({ wallets: 2 })
  const [given = '', kept = ''] = world.wallets
  const journals = new Map<string, Journal>()
  let isBroken = false
  const broken: Journal = {
    ...memoryJournal(),
    load: () => Promise.reject(new JournalError('The disk is full.', {}, { retryable: true })),
  }
  const journalFor = (wallet: string): Journal => {
    if (isBroken && wallet === given) return broken
    const journal = journals.get(wallet) ?? memoryJournal()
    journals.set(wallet, journal)
    return journal
  }
  const fleet = await world.open({ policyFor: () => fundedPolicy(world.provider), budget, journalFor })
  await world.supply(fleet.brokers())
  await world.advance(60)
  world.chain.spend(world.provider, given, '2.5')
  await world.advance(60)
  expect(world.availableOf(given)).toBe(parseEther('2.5'))
  await fleet.remove(given)
  isBroken = true
  await fleet.add(given)
  world.chain.spend(world.provider, kept, '2.5')
  await world.advance(600)
  expect(world.availableOf(kept)).toBe(parseEther('0.5'))
})

test('a fleet that starts anew pays no wallet before it knows what its budget has paid for the others', async () => {
  await using world = fleetWorld({ wallets: 2 })
  const [given = '', kept = ''] = world.wallets
  const journals = new Map(world.wallets.map((wallet) => [wallet, memoryJournal() as Journal]))
  const at = (wallet: string): Journal => journals.get(wallet) as Journal
  const first = await world.open({ policyFor: () => fundedPolicy(world.provider), budget, journalFor: at })
  await world.supply(first.brokers())
  await world.advance(60)
  world.chain.spend(world.provider, given, '2.5')
  await world.advance(60)
  expect(world.availableOf(given)).toBe(parseEther('2.5'))
  await first.close()
  world.chain.spend(world.provider, kept, '2.5')
  // A database, or a disk, that takes its time with one journal of many.
  let go = (): void => undefined
  const isReady = new Promise<void>((resolve) => (go = resolve))
  const slow: Journal = { ...at(given), load: () => isReady.then(() => at(given).load()) }
  const opening = world.open({
    policyFor: () => fundedPolicy(world.provider),
    budget,
    journalFor: (wallet) => (wallet === given ? slow : at(wallet)),
  })
  await world.advance(45)
  go()
  await opening
  await world.advance(600)
  expect(world.availableOf(kept)).toBe(parseEther('0.5'))
})

test.for([
  ['ahead', 2 * 86_400],
  ['back', -2 * 86_400],
] as const)(
  'the budget of a fleet holds where a node names a time two days %s as the fleet is opened anew with one more wallet',
  async ([, offset]) => {
    await using world = fleetWorld({ wallets: 2 })
    const [given = '', kept = ''] = world.wallets
    const journals = new Map<string, Journal>()
    const journalFor = (wallet: string): Journal => journals.get(wallet) ?? memoryJournal()
    journals.set(given, memoryJournal())
    const node = lyingTime()
    const options = {
      policyFor: () => fundedPolicy(world.provider),
      budget,
      journalFor,
      intervalMs: 1_000,
      bend: node.bend,
    }
    const first = await world.open({ ...options, wallets: [given] })
    await world.supply(first.brokers())
    await world.advance(60)
    world.chain.spend(world.provider, given, '2.5')
    await world.advance(60)
    expect(world.availableOf(given)).toBe(parseEther('2.5'))
    await first.close()
    const helper = await world.open({ wallets: [kept], intervalMs: 1_000 })
    await world.supply(helper.brokers())
    world.chain.spend(world.provider, kept, '2.5')
    await helper.close()
    node.lie(offset)
    const second = await world.open(options)
    await world.advance(120)
    node.lie(0)
    await world.advance(120)
    expect([world.availableOf(given), world.availableOf(kept)]).toEqual([parseEther('2.5'), parseEther('0.5')])
    expect(second.brokers().map(({ positions$ }) => positions$.status.failures)).toEqual([0, 0])
  },
)
