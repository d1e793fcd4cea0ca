import { act, createElement, StrictMode, useEffect, type ReactNode } from 'react'
import { create, type ReactTestRenderer } from 'react-test-renderer'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, expect, expectTypeOf, test, vi } from 'vitest'
import { encodePosition, ogToWei, type Broker, type Position, type Receipt } from '../../../src/index.ts'
import {
  LedgerProvider,
  useBroker,
  useLedger,
  useLedgerAction,
  usePlan,
  usePosition,
  useSubAccount,
  useTransactions,
  type LedgerAction,
  type Reading,
} from '../../../src/react/index.ts'
import { createSimulatedBroker, type Simulation } from '../../../src/testing/index.ts'

let sim: Simulation
let page: ReactTestRenderer | null = null

beforeEach(async () => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
  // The test renderer needs no document, and says at each use that it is deprecated and not the server's. Pages are tried in a browser.
  vi.spyOn(console, 'error').mockImplementation((...words: unknown[]) => {
    if (!/react-test-renderer|multiple renderers/.test(String(words[0]))) throw new Error(words.map(String).join(' '))
  })
  sim = await createSimulatedBroker({ providers: 2 })
  await sim.broker.ledger.addLedger('20')
})
afterEach(async () => {
  await act(async () => page?.unmount())
  page = null
  await sim.close()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

/** A component that keeps what it got at each of its renders. */
function recorded<Value>(use: () => Value): { Component: () => null; renders: Value[]; last(): Value | undefined } {
  const renders: Value[] = []
  function Component(): null {
    const value = use()
    useEffect(() => {
      renders.push(value)
    })
    return null
  }
  return { Component, renders, last: () => renders.at(-1) }
}

async function render(...components: (() => null)[]): Promise<void> {
  const children = components.map((one, index) => createElement(one, { key: index }))
  await act(async () => {
    page = create(createElement(LedgerProvider, { broker: sim.broker }, children))
    await sim.advance('1s')
  })
}

/** Lets time pass for the broker, and React render what comes of it. */
const pass = (duration: '1s' | '1m' | '5m') => act(() => sim.advance(duration))

test('a position is pending, then fresh; in an outage it stays as stale with the reason, until a reading succeeds', async () => {
  const { Component, last } = recorded(() => usePosition(({ ledger }) => ledger?.available))
  await render(Component)
  expect(last()).toEqual({ data: ogToWei('20'), status: 'fresh', error: null })
  sim.failAtRandom({ read: 1 })
  await pass('5m')
  expect(last()).toMatchObject({ data: ogToWei('20'), status: 'stale', error: { name: 'ReadError' } })
  sim.heal()
  await pass('5m')
  expect(last()).toEqual({ data: ogToWei('20'), status: 'fresh', error: null })
})

test('the first reading that fails is an error at once, and no absence', async () => {
  sim.failAtRandom({ read: 1 })
  const { Component, last } = recorded(() => useLedger())
  await render(Component)
  expect(last()).toMatchObject({ data: undefined, status: 'error', error: { name: 'ReadError' } })
  sim.heal()
  await pass('5m')
  expect(last()).toMatchObject({ data: { available: ogToWei('20') }, status: 'fresh' })
})

test('readings that change nothing shown render nothing again, and a change renders once where it is shown', async () => {
  const [one, two] = sim.providers.map(({ address }) => address)
  await sim.broker.ledger.transferFund(one ?? '', 'inference', '3')
  const ledger = recorded(() => useLedger())
  const first = recorded(() => useSubAccount(one?.toLowerCase() ?? ''))
  const second = recorded(() => useSubAccount(two ?? ''))
  const available = recorded(() => useSubAccount(one ?? '', 'inference', (account) => account?.available ?? 0n))
  const position = recorded(() => usePosition())
  await render(ledger.Component, first.Component, second.Component, available.Component, position.Component)
  const counts = () => [ledger, first, second, available].map(({ renders }) => renders.length)
  const before = counts()
  const blocks = new Set<number | undefined>()
  for (let minute = 0; minute < 10; minute += 1) {
    await pass('1m')
    blocks.add(position.last()?.data?.block.number)
  }
  expect(blocks.size).toBe(10)
  expect(counts()).toEqual(before)

  sim.spend(one ?? '', '1')
  await pass('1m')
  const [ledgerBefore = 0, firstBefore = 0, secondBefore = 0, availableBefore = 0] = before
  expect(counts()).toEqual([ledgerBefore + 1, firstBefore + 1, secondBefore, availableBefore + 1])
  expect(available.last()).toEqual({ data: ogToWei('2'), status: 'fresh', error: null })
  expect(second.last()).toEqual({ data: null, status: 'fresh', error: null })
})

test('a double click pays once: both calls get one promise and one receipt', async () => {
  const { Component, last } = recorded(() =>
    useLedgerAction((broker, amount: string) => broker.ledger.depositFund(amount)),
  )
  await render(Component)
  const { run } = last() as LedgerAction<[string], Receipt>
  expect(last()).toMatchObject({ status: 'idle', receipt: undefined, error: null })
  let clicks: Promise<Receipt | undefined>[] = []
  act(() => {
    clicks = [run('5'), run('5')]
  })
  expect(clicks[1]).toBe(clicks[0])
  expect(last()).toMatchObject({ status: 'pending', receipt: undefined, error: null })
  const results = await act(() => sim.until(Promise.all(clicks)))
  expect(results[0]).toMatchObject({ success: true })
  expect(results[1]).toBe(results[0])
  expect(last()).toMatchObject({ status: 'success', receipt: results[0], error: null })
  expect((await sim.until(sim.broker.position())).ledger?.total).toBe(ogToWei('25'))
  act(() => last()?.reset())
  expect(last()).toMatchObject({ status: 'idle' })
})

test('an action that fails has the error, rejects nothing, and can be run again', async () => {
  const { Component, last } = recorded(() =>
    useLedgerAction((broker, amount: string) => broker.ledger.depositFund(amount)),
  )
  await render(Component)
  await act(async () => {
    expect(await last()?.run('0.0000000000000000001')).toBeUndefined()
  })
  expect(last()).toMatchObject({ status: 'error', receipt: undefined, error: { name: 'InvalidInputError' } })
  await act(async () => {
    await sim.until(last()?.run('5') ?? Promise.resolve(undefined))
  })
  expect(last()).toMatchObject({ status: 'success', receipt: { success: true } })
})

test('an action that throws before it begins can be run again', async () => {
  let works = false
  const { Component, last } = recorded(() =>
    useLedgerAction(() => {
      if (!works) throw new Error('not now')
      return Promise.resolve('done')
    }),
  )
  await render(Component)
  await act(async () => void (await last()?.run()))
  expect(last()).toMatchObject({ status: 'error', error: { message: 'not now' } })
  works = true
  await act(async () => void (await last()?.run()))
  expect(last()).toMatchObject({ status: 'success', receipt: 'done' })
})

test('without a broker an action says so and sends nothing', async () => {
  const { Component, last } = recorded(() => useLedgerAction((broker) => broker.ledger.depositFund('5')))
  await act(async () => {
    page = create(createElement(LedgerProvider, { options: null }, createElement(Component)))
  })
  await act(async () => void (await last()?.run()))
  expect(last()).toMatchObject({ status: 'error', error: { name: 'NotSentError' } })
})

test('transactions are listed with their states, amounts and hashes as they go', async () => {
  const { Component, last } = recorded(useTransactions)
  await render(Component)
  await act(async () => void (await sim.until(sim.broker.ledger.depositFund('5'))))
  expect(last()?.map(({ operation, state, amount, reason }) => [operation, state, amount, reason])).toEqual([
    ['addLedger', 'mined', ogToWei('20'), null],
    ['depositFund', 'mined', ogToWei('5'), null],
  ])
  expect(last()?.[1]?.hash).toMatch(/^0x[\da-f]{64}$/)
})

test('a plan says what is to be done, and in an outage why nothing is', async () => {
  sim.broker.inference.startAutoFunding(sim.provider.address)
  const { Component, last } = recorded(() =>
    usePlan(({ decisions }) => decisions.map((one) => (one.action === 'hold' ? one.reason : one.action))),
  )
  await render(Component)
  await pass('1m')
  expect(last()).toEqual({ data: ['sufficient'], status: 'fresh', error: null })
  sim.failAtRandom({ read: 1 })
  await pass('5m')
  expect(last()).toMatchObject({ data: ['stale-reading'], status: 'stale', error: { name: 'ReadError' } })
})

test('without a component that follows readings, nothing is read', async () => {
  const { Component, last } = recorded(() => [useBroker().status, useTransactions().length])
  await render(Component)
  const { ok } = countsOf(sim.broker)
  await pass('5m')
  expect(last()).toEqual(['open', 1])
  expect(countsOf(sim.broker).ok).toBe(ok)
})

test('one reading serves every component, and a broker that is given is not closed', async () => {
  const parts = [useLedger, usePosition, usePlan].map((use) => recorded<unknown>(use))
  const before = countsOf(sim.broker).ok
  await render(...parts.map(({ Component }) => Component))
  expect(countsOf(sim.broker).ok).toBe(before + 1)
  await act(async () => page?.unmount())
  expect(await sim.until(sim.broker.position())).toMatchObject({ ledger: { total: ogToWei('20') } })
})

test('StrictMode reads, shows and pays as without it', async () => {
  const { Component, last } = recorded(() => ({
    ledger: useLedger(),
    deposit: useLedgerAction((broker, amount: string) => broker.ledger.depositFund(amount)),
  }))
  await act(async () => {
    page = create(
      createElement(StrictMode, null, createElement(LedgerProvider, { broker: sim.broker }, createElement(Component))),
    )
    await sim.advance('1s')
  })
  await act(async () => void (await sim.until(last()?.deposit.run('5') ?? Promise.resolve(undefined))))
  await pass('1m')
  expect(last()).toMatchObject({ ledger: { data: { total: ogToWei('25') } }, deposit: { status: 'success' } })
})

test('a server renders the encoded position as stale, without an effect or a reading', async () => {
  const position = await sim.broker.position()
  const before = countsOf(sim.broker).ok
  const Shown = (): ReactNode => {
    const { data, status } = useLedger((ledger) => ledger?.available)
    const { status: opening } = useBroker()
    return `${status} ${String(data)} ${opening}`
  }
  const html = (initial: string | null) =>
    renderToString(createElement(LedgerProvider, { broker: sim.broker, initial }, createElement(Shown)))
  expect(html(encodePosition(position))).toBe(`stale ${ogToWei('20')} idle`)
  expect(html(null)).toBe('pending undefined idle')
  expect(countsOf(sim.broker).ok).toBe(before)
})

test('the position of another wallet is not shown for this one', async () => {
  const position = await sim.broker.position()
  const other: Position = { ...position, wallet: { ...position.wallet, address: sim.provider.address } }
  const { Component, renders } = recorded(() => useLedger().status)
  await act(async () => {
    page = create(
      createElement(LedgerProvider, { broker: sim.broker, initial: encodePosition(other) }, createElement(Component)),
    )
    await sim.advance('1s')
  })
  expect(renders).toEqual(['stale', 'pending', 'fresh'])
})

test('a hook outside of a provider says so', () => {
  const { Component } = recorded(useBroker)
  expect(() => renderToString(createElement(Component))).toThrow('There is no <LedgerProvider> above this component.')
})

test('types infer from selectors and actions', () => {
  expectTypeOf(usePosition<bigint>).returns.toEqualTypeOf<Reading<bigint>>()
  type Deposit = LedgerAction<[amount: string], Receipt>
  expectTypeOf<Deposit['run']>().toEqualTypeOf<(amount: string) => Promise<Receipt | undefined>>()
  const use = () => useLedgerAction((broker, amount: string) => broker.ledger.depositFund(amount))
  expectTypeOf<ReturnType<typeof use>>().toEqualTypeOf<Deposit>()
})

function countsOf(broker: Broker): { ok: number } {
  return { ok: broker.counts().readings.ok }
}
