import { parseEther } from 'ethers'
import { expect, test } from 'vitest'
import { checkFleetOptions } from '../../../src/fleet/fleet-options.ts'
import {
  JournalError,
  memoryJournal,
  type Amount,
  type BudgetedLeases,
  type Broker,
  type CommonBudget,
  type Journal,
  type Leases,
} from '../../../src/index.ts'
import { fleetWorld, fundedPolicy } from '../../support/fleet-world.ts'
import { lyingTime } from '../../support/lying-time.ts'
import { memoryLeaseStore } from '../../support/memory-leases.ts'

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

/** Leases as those of a database: what the budget leaves is known once the store has said it. */
function telling(leases: Leases): Leases {
  return {
    ...leases,
    withBudget(terms) {
      const inner = leases.withBudget?.(terms)
      if (!inner) throw new Error('The store keeps budgets.')
      let known = terms.amount
      return {
        ...inner,
        left() {
          const answer = known
          known = inner.left()
          return answer
        },
        async claim(request) {
          return (await inner.claim(request)).map((journal) => ({
            ...journal,
            async append(record) {
              try {
                await journal.append(record)
              } finally {
                known = inner.left()
              }
            },
          }))
        },
      }
    },
  }
}

test('a call that needs more than other processes have left of the budget is refused', async () => {
  await using world = fleetWorld({ wallets: 2 })
  const store = memoryLeaseStore({ clock: world.clock, leaseMs: 15_000 })
  const fleets = await Promise.all(
    ['a', 'b'].map((holder) =>
      world.open({ leases: telling(store.of(holder, world.clock)), capacity: 1, budget: { amount: '5.5', per: '1h' } }),
    ),
  )
  await world.advance(5)
  const brokers = fleets.flatMap((fleet) => fleet.brokers())
  const [first, second] = brokers
  for (const { ledger } of brokers) await ledger.addLedger('20')
  const ensure = async (broker: Broker | undefined, amount?: Amount) => {
    const over = broker?.inference.ensureFunded(world.provider, amount).then(
      (receipt) => (receipt ? 'paid' : 'nothing to pay'),
      (error: Error) => error.name,
    )
    await world.advance(60)
    return over
  }
  expect(await ensure(first, '3')).toBe('paid')
  expect(await ensure(second)).toBe('paid')
  expect(await ensure(first, '4')).toBe('BudgetExhaustedError')
  const available = brokers.map(({ wallet }) => world.chain.position(wallet).subAccounts[0]?.available)
  expect(available).toEqual([parseEther('3'), parseEther('2')])
})

test('processes that share leases share the budget, and go on once payments leave its window', async () => {
  await using world = fleetWorld({ wallets: 3 })
  const store = memoryLeaseStore({ clock: world.clock, leaseMs: 15_000 })
  const processes = await Promise.all(
    ['a', 'b'].map((holder) => {
      const { clock, kill } = world.processClock()
      const leases = telling(store.of(holder, clock))
      const budget = { amount: '2', per: '1h' } as const
      const options = { clock, leases, capacity: 2, budget, policyFor: () => fundedPolicy(world.provider) }
      return world.open(options).then((fleet) => ({ fleet, kill }))
    }),
  )
  const brokers = () => processes.flatMap(({ fleet }) => fleet.brokers())
  await world.advance(5)
  await world.supply(brokers())
  await world.advance(60)
  const available = () => world.wallets.map((wallet) => world.chain.position(wallet).subAccounts[0]?.available ?? 0n)
  // Each wants 2 OG, and 2 is what all may have.
  for (const wallet of world.wallets) world.chain.spend(world.provider, wallet, '2.5')
  const paid = () => available().reduce((sum, one) => sum + one, 0n) - parseEther('1.5')
  await world.advance(600)
  expect(paid()).toBe(parseEther('2'))
  const reasons = brokers().map((broker) => broker.latest()?.decisions[0])
  expect(reasons.map((one) => String(one?.action === 'hold' ? one.reason : one?.action)).toSorted()).toEqual([
    'budget-exhausted',
    'budget-exhausted',
    'sufficient',
  ])
  // Another process that takes wallets over is held as well.
  const [dying] = processes
  dying?.kill()
  await world.advance(600)
  expect(paid()).toBe(parseEther('2'))
  await world.advance(3_600)
  expect(paid()).toBe(parseEther('4'))
})

test('a name is for a budget that machines share', async () => {
  await using world = fleetWorld({ wallets: 1 })
  expect(() => checkFleetOptions({ budget: { ...budget, name: 'customers' } } as never)).toThrow(
    'A budget has a name where several machines share it.',
  )
  const store = memoryLeaseStore({ clock: world.clock, leaseMs: 15_000 })
  const leases = store.of('a', world.clock)
  const names: string[] = []
  const seeing = {
    ...leases,
    withBudget(terms: CommonBudget) {
      names.push(`${terms.name} ${terms.amount} ${terms.seconds}`)
      return leases.withBudget?.(terms) as BudgetedLeases
    },
  }
  await world.open({ leases: seeing, budget: { ...budget, name: 'customers' } })
  await world.open({ leases: { ...seeing, holder: 'b' }, budget })
  expect(names).toEqual([`customers ${parseEther('2')} 86400`, `fleet ${parseEther('2')} 86400`])
})
