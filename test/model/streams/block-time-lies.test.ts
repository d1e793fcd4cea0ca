import { parseEther as og, VoidSigner } from 'ethers'
import { expect, test } from 'vitest'
import { memoryJournal } from '../../../src/index.ts'
import { fakeAddress } from '../../../src/testing/fakes.ts'
import { bentWorld } from '../../support/bent-world.ts'
import { EXACT } from '../../support/exact.ts'
import { lyingTime } from '../../support/lying-time.ts'

const DAY = 86_400
/** Longer than several readings in a row take to agree. */
const LIE_SECONDS = 120

const lies = [
  ['two days back', -2 * DAY],
  ['an hour back', -3_600],
  ['two days ahead', 2 * DAY],
  ['a year ahead', 365 * DAY],
] as const

/** A broker that has paid 2 OG of the 3 OG that its budget of a day allows, at a provider that charges all it can. */
async function spending() {
  const world = bentWorld()
  const node = lyingTime()
  const options = {
    journal: memoryJournal(),
    intervalMs: 1_000,
    budget: { amount: '3', per: '1d' },
    bend: node.bend,
  } as const
  const first = await world.open(options)
  await world.until(first.ledger.addLedger('100'))
  first.inference.startAutoFunding(world.provider, EXACT)
  await world.advance(60)
  const charge = (): void => {
    const [account] = world.position().subAccounts
    if (account && account.available > 0n) world.chain.spend(world.provider, world.wallet, account.available)
  }
  const paid = (): bigint => og('100') - (world.position().ledger?.available ?? 0n)
  expect(paid()).toBe(og('2'))
  charge()
  return { world, node, options, first, charge, paid }
}

test.for(lies)(
  'a budget holds where a node names a time %s from the first reading of a process on',
  async ([, offset]) => {
    const { world, node, options, first, charge, paid } = await spending()
    await using _ = world
    await first.close()
    node.lie(offset)
    const second = await world.open(options)
    second.inference.startAutoFunding(world.provider, EXACT)
    await world.advance(LIE_SECONDS)
    node.lie(0)
    for (let minute = 0; minute < 10; minute += 1) {
      charge()
      await world.advance(60)
    }
    expect([paid(), second.positions$.status.failures]).toEqual([og('3'), 0])
  },
)

test.for(lies)('a budget holds where a node names a time %s for a while', async ([, offset]) => {
  const { world, node, charge, paid, first } = await spending()
  await using _ = world
  node.lie(offset)
  await world.advance(LIE_SECONDS)
  node.lie(0)
  for (let minute = 0; minute < 10; minute += 1) {
    charge()
    await world.advance(60)
  }
  expect([paid(), first.positions$.status.failures]).toEqual([og('3'), 0])
})

test.for([
  ['an hour back', -3_600, '3'],
  // What was paid by a time before the window leaves it with the lie: docs/security.md says so.
  ['two days back', -2 * DAY, '6'],
  ['a year ahead', 365 * DAY, '3'],
] as const)(
  'a node that names a time %s before anything was paid makes a wallet pay its budget twice at most',
  async ([, offset, most]) => {
    const world = bentWorld()
    await using _ = world
    const node = lyingTime()
    node.lie(offset)
    const broker = await world.open({
      journal: memoryJournal(),
      intervalMs: 1_000,
      budget: { amount: '3', per: '1d' },
      bend: node.bend,
    })
    await world.until(broker.ledger.addLedger('100'))
    broker.inference.startAutoFunding(world.provider, EXACT)
    for (let minute = 0; minute < 12; minute += 1) {
      await world.advance(60)
      if (minute === 1) node.lie(0)
      const [account] = world.position().subAccounts
      if (account && account.available > 0n) world.chain.spend(world.provider, world.wallet, account.available)
    }
    const { ledger } = world.position()
    expect([og('100') - (ledger?.available ?? 0n), broker.inference.autoFundingStatus()[0]?.reason]).toEqual([
      og(most),
      'budget-exhausted',
    ])
  },
)

test('a second broker of a wallet pays nothing by the wrong time of its own node', async () => {
  const { world, node, options, first, charge, paid } = await spending()
  await using _ = world
  first.inference.stopAutoFunding()
  node.lie(2 * DAY)
  const second = await world.open(options)
  second.inference.startAutoFunding(world.provider, EXACT)
  await world.advance(LIE_SECONDS)
  node.lie(0)
  for (let minute = 0; minute < 10; minute += 1) {
    charge()
    await world.advance(60)
  }
  expect(paid()).toBe(og('3'))
})

test('a cooldown holds where a node names a time two days ahead', async () => {
  const world = bentWorld()
  await using _ = world
  const node = lyingTime()
  const options = { journal: memoryJournal(), intervalMs: 1_000, bend: node.bend }
  const terms = { ...EXACT, cooldownMs: '1d' } as const
  const first = await world.open(options)
  await world.until(first.ledger.addLedger('100'))
  first.inference.startAutoFunding(world.provider, terms)
  await world.advance(60)
  world.chain.spend(world.provider, world.wallet, og('1.5'))
  await first.close()
  node.lie(2 * DAY)
  const second = await world.open(options)
  second.inference.startAutoFunding(world.provider, terms)
  await world.advance(LIE_SECONDS)
  node.lie(0)
  await world.advance(60)
  expect([world.position().subAccounts[0]?.available, second.inference.autoFundingStatus()[0]?.reason]).toEqual([
    og('0.5'),
    'cooling-down',
  ])
})

test('the budget of a key that deposits holds in the first process of another wallet, whatever time a node names', async () => {
  const world = bentWorld()
  await using _ = world
  const node = lyingTime()
  const treasury = fakeAddress('treasury')
  world.chain.fund(treasury, og('1000'))
  const journal = memoryJournal()
  const opening = {
    intervalMs: 1_000,
    bend: node.bend,
    connectPayer: () => Promise.resolve(world.chain.connect(treasury)),
  }
  const policy = {
    trigger: '5',
    target: '10',
    budget: { amount: '15', per: '1d' },
    from: { signer: new VoidSigner(treasury), journal },
  } as const
  const first = await world.open(opening)
  first.ledger.startAutoDeposit(policy)
  await world.advance(60)
  expect(world.position().ledger?.available).toBe(og('10'))
  first.ledger.stopAutoDeposit()
  await world.until(first.ledger.transferFund(world.provider, 'inference', '8'))
  await first.close()
  node.lie(2 * DAY)
  const second = await world.open(opening)
  second.ledger.startAutoDeposit(policy)
  await world.advance(LIE_SECONDS)
  node.lie(0)
  await world.advance(600)
  expect(world.position().ledger?.available).toBe(og('7'))
})
