import { expect, test, vi } from 'vitest'
import type { Position } from '../../machines/index.ts'
import { createCycle, type CycleParts } from '../../src/cycle.ts'

const position: Position = {
  block: { number: 7, timestamp: 70 },
  wallet: { address: '0x', balance: 1n },
  ledger: null,
  subAccounts: [],
}

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
    accounts: { all: () => [], inferenceProviders: () => [] },
    gas: { refresh: call('gas', Promise.resolve()) },
    lane: { confirm: call('lane', Promise.resolve()) },
    history: { learn: call('learn', Promise.resolve()), refresh: call('history', Promise.resolve()) },
    blockClock: { see: call('blockClock') },
    observe: call('observe'),
    refunds: { calendar: { see: call('calendar') }, act: call('claims') },
    subAccounts: { fold: call('subAccounts') },
    ledger: { fold: call('ledger') },
    closing: { stepAt: call('stepAt', null), advance: call('closing') },
    planner: { plan: call('plan', { block: position.block, position, decisions: [], shortfall: 0n, gasReserve: 0n }) },
    dispatch: { send: call('dispatch'), latest: () => null },
    plans: { next: call('plans') },
    ...more,
  }
  const cycle = createCycle()
  cycle.connect(made)
  return { cycle, calls }
}

test('an accepted position reaches time, burn, refunds, lifecycles, closing, plan, actors, claims and subscribers in this order', () => {
  const { cycle, calls } = parts()
  cycle.accept(position)
  expect(calls).toEqual([
    'blockClock',
    'observe',
    'calendar',
    'subAccounts',
    'stepAt',
    'ledger',
    'closing',
    'plan',
    'dispatch',
    'claims',
    'plans',
  ])
})

test('before a decision services, gas price and receipts are read; earlier charges only once a forecast is wanted', async () => {
  const { cycle, calls } = parts()
  await cycle.prepare(position)
  expect(calls).toEqual(['services', 'rules', 'gas', 'lane'])
  calls.length = 0
  cycle.wantForecast()
  await cycle.prepare(position)
  expect(calls).toEqual(['services', 'rules', 'gas', 'lane', 'history'])
})

test('a broker that cannot send reads no gas price before a forecast is wanted', async () => {
  const { cycle, calls } = parts({ lane: null })
  await cycle.prepare(position)
  expect(calls).toEqual(['services', 'rules'])
  calls.length = 0
  cycle.wantForecast()
  await cycle.prepare(position)
  expect(calls).toEqual(['services', 'rules', 'gas', 'history'])
})

test('providers that are funded during the reading are read before it is decided on', async () => {
  const asked: (readonly string[])[] = []
  const known = new Set<string>()
  let funded = ['0xA']
  const { cycle } = parts({
    accounts: { all: () => [], inferenceProviders: () => funded },
    services: {
      see: () => undefined,
      refresh(providers) {
        asked.push(providers)
        for (const one of providers) known.add(one)
        funded = ['0xA', '0xB']
        return Promise.resolve()
      },
      isNew: (provider) => !known.has(provider),
    },
  })
  await cycle.prepare(position)
  expect(asked).toEqual([['0xA'], ['0xB']])
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
  expect(calls).toEqual(['blockClock', 'observe', 'calendar'])
})

test('during an outage actors and subscribers get the plan of the last position, as stale', () => {
  const plan = { block: position.block, position, decisions: [], shortfall: 0n, gasReserve: 0n }
  const planner = { plan: vi.fn(() => plan) }
  const send = vi.fn()
  const { cycle, calls } = parts({ planner, dispatch: { send, latest: () => plan } })
  cycle.failed({ isOutage: true })
  expect(planner.plan.mock.calls).toEqual([[position, { isStale: true }]])
  expect(send.mock.calls).toEqual([[plan]])
  expect(calls).toEqual(['plans'])
})

test('after a failed reading that is no outage yet subscribers get the last plan again, and actors nothing', () => {
  const plan = { block: position.block, position, decisions: [], shortfall: 0n, gasReserve: 0n }
  const next = vi.fn()
  const { cycle, calls } = parts({ dispatch: { send: vi.fn(), latest: () => plan }, plans: { next } })
  cycle.failed({ isOutage: false })
  expect(next.mock.calls).toEqual([[plan]])
  expect(calls).toEqual([])
})

test('before the first position a failed reading has no plan', () => {
  const { cycle, calls } = parts()
  cycle.failed({ isOutage: true })
  expect(calls).toEqual([])
})
