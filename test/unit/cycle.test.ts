import { expect, test, vi } from 'vitest'
import type { ServiceType } from '../../machines/position.types.ts'
import { keyOf } from '../../src/base/sub-account-key.ts'
import type { FundedAccount } from '../../src/funding/funded-accounts.ts'
import type { Position } from '../../machines/index.ts'
import { createCycle, type CycleParts } from '../../src/cycle.ts'
import type { Plan } from '../../src/funding/plan.ts'

const position: Position = {
  block: { number: 7, timestamp: 70 },
  wallet: { address: '0x', balance: 1n },
  ledger: null,
  subAccounts: [],
}

const failed = { failures: 1, error: new Error('The node did not answer.') }

/** Parts that write down, in their order, what the cycle calls. */
function parts(more: Partial<CycleParts> = {}) {
  const calls: string[] = []
  const call =
    <T>(name: string, result?: T) =>
    (): T => {
      calls.push(name)
      return result as T
    }
  const made: CycleParts = {
    services: { see: () => undefined, refresh: call('services', Promise.resolve()), isNew: () => false },
    rules: { refresh: call('rules', Promise.resolve()) },
    accounts: { all: () => [] },
    gas: { refresh: call('gas', Promise.resolve()) },
    lane: { confirm: call('lane', Promise.resolve()) },
    refreshPayer: call('deposit', Promise.resolve()),
    history: { refresh: call('history', Promise.resolve()), search: call('search', Promise.resolve()) },
    blockClock: { see: call('blockClock') },
    observe: call('observe'),
    calendar: { see: call('calendar') },
    refunds: { act: call('claims') },
    subAccounts: { fold: call('subAccounts') },
    ledger: { fold: call('ledger') },
    closing: () => ({ stepAt: call('stepAt', null), advance: call('closing'), status: () => null }),
    planner: { plan: call('plan', { block: position.block, position, decisions: [], shortfall: 0n, gasReserve: 0n }) },
    dispatch: { send: call('dispatch'), latest: () => null, keep: call('keep') },
    quiet: null,
    plans: { next: call('plans') },
    events: { seePosition: call('events'), seePlan: call('events of the plan'), readingFailed: call('events') },
    counts: { plan: () => undefined },
    ...more,
  }
  const cycle = createCycle()
  cycle.connect(made)
  return { cycle, calls }
}

test('an accepted position reaches time, events, burn, refunds, lifecycles, closing, plan, actors, claims and subscribers in this order', () => {
  const { cycle, calls } = parts()
  cycle.accept(position)
  expect(calls).toEqual([
    'blockClock',
    'events',
    'observe',
    'calendar',
    'subAccounts',
    'stepAt',
    'ledger',
    'closing',
    'plan',
    'events of the plan',
    'dispatch',
    'claims',
    'plans',
  ])
})

test('before a decision services, gas price and receipts are read; earlier charges only once a forecast is wanted', async () => {
  const { cycle, calls } = parts()
  await cycle.prepare(position)
  expect(calls).toEqual(['services', 'rules', 'gas', 'lane', 'deposit'])
  calls.length = 0
  cycle.wantForecast()
  await cycle.prepare(position)
  expect(calls).toEqual(['services', 'rules', 'gas', 'lane', 'deposit', 'history'])
})

test('older charges are searched for only while a provider gets no more because it counts as new', async () => {
  const planWith = (reason: string) =>
    ({ block: position.block, position, decisions: [{ action: 'hold', reason }] }) as unknown as Plan
  for (const [reason, last] of [
    ['anomaly', 'deposit'],
    ['first-day', 'search'],
  ] as const) {
    const { cycle, calls } = parts({ dispatch: { send: vi.fn(), keep: vi.fn(), latest: () => planWith(reason) } })
    await cycle.prepare(position)
    expect(calls.at(-1)).toBe(last)
  }
})

test('a broker that cannot send reads no gas price before a forecast is wanted', async () => {
  const { cycle, calls } = parts({ lane: null })
  await cycle.prepare(position)
  expect(calls).toEqual(['services', 'rules', 'deposit'])
  calls.length = 0
  cycle.wantForecast()
  await cycle.prepare(position)
  expect(calls).toEqual(['services', 'rules', 'gas', 'deposit', 'history'])
})

test('providers that are funded during the reading are read before it is decided on', async () => {
  const asked: string[][] = []
  const known = new Set<string>()
  const accountOf = (provider: string, serviceType: ServiceType) =>
    ({ id: { provider, serviceType }, fee: { refresh: () => Promise.resolve() } }) as unknown as FundedAccount
  let funded = [accountOf('0xA', 'inference')]
  const { cycle } = parts({
    accounts: { all: () => funded },
    services: {
      see: () => undefined,
      refresh(ids) {
        asked.push(ids.map(keyOf))
        for (const { provider } of ids) known.add(provider)
        funded = [accountOf('0xA', 'inference'), accountOf('0xB', 'fine-tuning')]
        return Promise.resolve()
      },
      isNew: (provider) => !known.has(provider),
    },
  })
  await cycle.prepare(position)
  expect(asked).toEqual([['inference:0xA'], ['fine-tuning:0xB']])
})

test('receipts that cannot be confirmed fail the reading', async () => {
  const failure = new Error('node away')
  const { cycle } = parts({ lane: { confirm: () => Promise.reject(failure) } })
  await expect(cycle.prepare(position)).rejects.toBe(failure)
})

test('a step that throws stops those after it', () => {
  const failure = new Error('broken')
  const { cycle, calls } = parts({
    subAccounts: {
      fold() {
        throw failure
      },
    },
  })
  expect(() => cycle.accept(position)).toThrow(failure)
  expect(calls).toEqual(['blockClock', 'events', 'observe', 'calendar'])
})

test('during an outage actors and subscribers get the plan of the last position, as stale', () => {
  const plan = { block: position.block, position, decisions: [], shortfall: 0n, gasReserve: 0n }
  const planner = { plan: vi.fn(() => plan) }
  const send = vi.fn()
  const { cycle, calls } = parts({ planner, dispatch: { send, keep: vi.fn(), latest: () => plan } })
  cycle.failed({ ...failed, isOutage: true })
  expect(planner.plan.mock.calls).toEqual([[position, { isStale: true }]])
  expect(send.mock.calls).toEqual([[plan]])
  expect(calls).toEqual(['events', 'plans'])
})

test('after a failed reading that is no outage yet subscribers get the last plan again, and actors nothing', () => {
  const plan = { block: position.block, position, decisions: [], shortfall: 0n, gasReserve: 0n }
  const next = vi.fn()
  const { cycle, calls } = parts({ dispatch: { send: vi.fn(), keep: vi.fn(), latest: () => plan }, plans: { next } })
  cycle.failed({ ...failed, isOutage: false })
  expect(next.mock.calls).toEqual([[plan]])
  expect(calls).toEqual(['events'])
})

test('before the first position a failed reading has no plan', () => {
  const { cycle, calls } = parts()
  cycle.failed({ ...failed, isOutage: true })
  expect(calls).toEqual(['events'])
})
