import { expect, test } from 'vitest'
import type { Position } from '../../machines/index.ts'
import { createCycle, type CycleParts } from '../../src/cycle.ts'
import type { Plan } from '../../src/funding/planner.ts'
import { position } from '../support/plans.ts'

const reading = position(100n, [])
const step = { type: 'wait', until: 2_000 } as const
const plan = (at: Position): Plan => ({
  block: at.block,
  position: at,
  decisions: [],
  shortfall: 0n,
  gasReserve: 0n,
})

type Setup = { isReadOnly?: boolean; isWanted?: boolean; latest?: Plan; failing?: string }

/** Parts that write down what is asked of them; the step that is to fail does. */
function setup({ isReadOnly = false, isWanted = true, latest, failing }: Setup = {}) {
  const steps: string[] = []
  const providers = ['alice']
  const known = new Set<string>()
  const plans: Plan[] = []
  const make = (name: string): void => {
    steps.push(name)
    if (name === failing) throw new Error(`${name} failed`)
  }
  const ask = async (name: string): Promise<void> => make(name)
  const parts: CycleParts = {
    lane: isReadOnly ? null : { confirm: (block) => ask(`confirm receipts as of ${block}`) },
    outlook: { isWanted },
    funded: { providers: () => [...providers], refreshFees: (now) => ask(`fees at ${now}`) },
    services: {
      async refresh(some) {
        await ask(`services of ${some.join()}`)
        for (const one of some) known.add(one)
      },
      isNew: (provider) => !known.has(provider),
    },
    gas: { refresh: () => ask('gas price') },
    charges: { refresh: (at) => ask(`charges before ${at.block.number}`) },
    blockClock: { see: ({ timestamp }) => make(`block time ${timestamp}`) },
    burns: { observe: (at) => make(`burn at ${at.block.number}`) },
    calendar: { see: (at) => make(`refunds at ${at.block.number}`) },
    subAccounts: { fold: (at) => make(`sub-account facts at ${at.block.number}`) },
    ledger: { fold: (at, next) => make(`ledger facts at ${at.block.number}, next ${next?.type}`) },
    closing: { stepAt: () => step, advance: (at) => make(`closing at ${at.block.number}`) },
    planner: {
      plan(at, options) {
        make(options?.isStale ? 'stale plan' : 'plan')
        return plan(at)
      },
    },
    dispatch: { send: (made) => make(`dispatch ${made.block.number}`), latest: () => latest ?? null },
    autoClaims: { act: (made) => make(`claim ${made.block.number}`) },
    plans: {
      next(made) {
        make(`publish ${made.block.number}`)
        plans.push(made)
      },
    },
  }
  return { cycle: createCycle(parts), steps, providers, plans, parts }
}

test('before a position is accepted, all that decisions need beside it is asked for at once', async () => {
  const { cycle, steps } = setup()
  await cycle.prepare(reading)
  expect(steps).toEqual([
    'services of alice',
    'fees at 1000',
    'gas price',
    'confirm receipts as of 100',
    'charges before 100',
  ])
})

test.each([
  [{ isWanted: false }, ['services of alice', 'fees at 1000', 'gas price', 'confirm receipts as of 100']],
  [{ isReadOnly: true }, ['services of alice', 'fees at 1000', 'gas price', 'charges before 100']],
  [{ isReadOnly: true, isWanted: false }, ['services of alice', 'fees at 1000']],
])('what no caller looks at is not asked for (%o)', async (options, expected) => {
  const { cycle, steps } = setup(options)
  await cycle.prepare(reading)
  expect(steps).toEqual(expected)
})

test('a slow question delays the end of the preparation, and no other question', async () => {
  const { parts, steps } = setup()
  let answer = (): void => undefined
  const slow = {
    async refresh() {
      await new Promise<void>((resolve) => (answer = resolve))
      steps.push('gas price is known')
    },
  }
  const prepared = createCycle({ ...parts, gas: slow })
    .prepare(reading)
    .then(() => steps.push('prepared'))
  await new Promise(setImmediate)
  expect(steps).toEqual(['services of alice', 'fees at 1000', 'confirm receipts as of 100', 'charges before 100'])
  answer()
  await prepared
  expect(steps.slice(4)).toEqual(['gas price is known', 'prepared'])
})

test('services of providers that are to be funded since the reading began are read before it ends', async () => {
  const { parts, steps, providers } = setup()
  const fees = {
    ...parts.funded,
    async refreshFees(now: number) {
      await parts.funded.refreshFees(now)
      providers.push('bob')
    },
  }
  const services = {
    ...parts.services,
    async refresh(some: readonly string[]) {
      await parts.services.refresh(some)
      if (some.includes('bob')) providers.push('carol')
    },
  }
  await createCycle({ ...parts, funded: fees, services }).prepare(reading)
  expect(steps.filter((one) => one.startsWith('services'))).toEqual([
    'services of alice',
    'services of bob',
    'services of carol',
  ])
})

test('a reading fails when receipts cannot be confirmed', async () => {
  const { cycle } = setup({ failing: 'confirm receipts as of 100' })
  await expect(cycle.prepare(reading)).rejects.toThrow('confirm receipts as of 100 failed')
})

const accepted = [
  'block time 1000',
  'burn at 100',
  'refunds at 100',
  'sub-account facts at 100',
  'ledger facts at 100, next wait',
  'closing at 100',
  'plan',
  'dispatch 100',
  'claim 100',
  'publish 100',
]

test('a position becomes facts first, then a plan, then actions, and the plan is published last', () => {
  const { cycle, steps, plans } = setup()
  cycle.accept(reading)
  expect(steps).toEqual(accepted)
  expect(plans).toEqual([plan(reading)])
})

test.each(accepted)('a step that throws fails the reading, and no later step is taken: %s', (failing) => {
  const { cycle, steps } = setup({ failing })
  expect(() => cycle.accept(reading)).toThrow(`${failing} failed`)
  expect(steps).toEqual(accepted.slice(0, accepted.indexOf(failing) + 1))
})

test('after a failed reading the latest position is planned as stale and published, and no actor hears of it', () => {
  const { cycle, steps, plans } = setup({ latest: plan(reading) })
  cycle.failed()
  expect(steps).toEqual(['stale plan', 'publish 100'])
  expect(plans).toEqual([plan(reading)])
})

test('a failed reading before the first plan publishes nothing', () => {
  const { cycle, steps } = setup()
  cycle.failed()
  expect(steps).toEqual([])
})
