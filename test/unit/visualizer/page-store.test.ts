import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeRecording } from '../../../src/index.ts'
import { applyPatch } from '../../../src/visualizer/patch.ts'
import type { Entry, State } from '../../../src/visualizer/protocol.ts'
import { entryAt, extendHistory, startHistory, stateAt } from '../../../src/visualizer/page/store/history.ts'
import { movesIn, readAt } from '../../../src/visualizer/page/store/moments.ts'
import { encodeRecording, loadRecording } from '../../../src/visualizer/page/store/recording.ts'
import { apply, initialModel, viewOf, type Message, type Model } from '../../../src/visualizer/page/store/store.ts'
import { ticksOf } from '../../../src/visualizer/page/store/ticks.ts'
import { account, life, og, sceneOf, START, stateOf, type Step } from '../../browser/scenes.ts'

const accounts = [account(0), account(1, { available: 0.7 }), account(2, { value: 'none' })]
const scene = sceneOf([], stateOf(accounts), life(accounts, 30))
const { base, history: entries } = scene.hello

test('the state at any moment is the base with all patches up to it, in whatever portions they arrived', () => {
  const states = entries.reduce<State[]>((all, { patch }) => [...all, applyPatch(all.at(-1) ?? base, patch)], [])
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: -3, max: entries.length + 3 }),
      (sizes, seq) => {
        let history = startHistory(base)
        let from = 0
        for (const size of [...sizes, entries.length]) {
          // Some entries come again, as after a lost connection.
          history = extendHistory(history, entries.slice(Math.max(0, from - 2), from + size))
          from += size
        }
        const expected = seq < 1 ? base : states[Math.min(seq, states.length) - 1]
        expect(stateAt(history, seq)).toEqual(expected)
        expect(history.latest).toEqual(states.at(-1))
      },
    ),
    { numRuns: 40 },
  )
})

test('a moment finds the last entry before it', () => {
  const history = startHistory(base, entries)
  const last = entries.findLast(({ at }) => at <= START + 600_000)
  expect(entryAt(history, START + 600_000)).toBe(last)
  expect(entryAt(history, START - 1)).toBeNull()
  expect(entryAt(history, Infinity)).toBe(entries.at(-1))
})

test('the history is bounded: the oldest entries move into the base, and all other moments stay as they were', () => {
  const block = (number: number) => ({ number, timestamp: number })
  const many = Array.from({ length: 60_050 }, (_, index): Entry => {
    return { seq: index + 1, at: index, block: null, kind: 'position', patch: { block: block(index + 1) } }
  })
  const history = startHistory(base, many)
  expect(history.entries.length).toBeLessThanOrEqual(50_000)
  const first = history.entries[0]?.seq ?? 0
  expect(history.base.block).toEqual(block(first - 1))
  expect(stateAt(history, first + 777).block).toEqual(block(first + 777))
  expect(stateAt(history, 3).block).toEqual(block(first - 1))
})

test('the balances of a sub-account are sampled when they change, and top-ups are marked', () => {
  const one = account(7, { available: 2 })
  const having = (available: number) => (state: State) =>
    applyPatch(state, { subAccounts: { [one.key]: { account: { available: og(available) } } } })
  const steps: Step[] = [2, 0.5, 0.5, 2].map((available, index) => [
    index * 10,
    { kind: 'position' },
    having(available),
  ])
  const { hello } = sceneOf([], stateOf([one]), steps)
  const { samples } = startHistory(hello.base, hello.history)
  expect(samples.get(one.key)).toEqual([
    { at: START, available: 2, pending: 0, required: 2, paidIn: false },
    { at: START + 10_000, available: 0.5, pending: 0, required: 2, paidIn: false },
    { at: START + 30_000, available: 2, pending: 0, required: 2, paidIn: true },
  ])
})

test('the balance of the first reading is no top-up', () => {
  const one = account(7, { available: 2 })
  const before = { ...stateOf([{ ...one, account: null }]), block: null }
  const after = stateOf([one])
  const { hello } = sceneOf([], before, [[0, { kind: 'position' }, () => after]])
  const { samples } = startHistory(hello.base, hello.history)
  expect(samples.get(one.key)).toEqual([{ at: START, available: 2, pending: 0, required: 2, paidIn: false }])
})

test('a page that goes back shows that moment while entries arrive, and returns to the present', () => {
  const half = Math.floor(entries.length / 2)
  let model = after({ type: 'hello', hello: { ...scene.hello, id: `scene.${half}`, history: entries.slice(0, half) } })
  expect(viewOf(model)).toMatchObject({ seq: half, isLive: true, state: stateAfter(half) })
  model = after({ type: 'travelTo', at: START + 60_000 }, model)
  const seq = entryAt({ entries }, START + 60_000)?.seq ?? 0
  expect(viewOf(model)).toMatchObject({ seq, at: START + 60_000, isLive: false, state: stateAfter(seq) })
  model = after({ type: 'entries', id: `scene.${entries.length}`, entries: entries.slice(half) }, model)
  expect(viewOf(model)).toMatchObject({ seq, isLive: false, state: stateAfter(seq) })
  model = after({ type: 'travel', to: null }, model)
  expect(viewOf(model)).toMatchObject({ seq: entries.length, isLive: true, state: scene.state })
})

test('a moment of one server instance is void for the next', () => {
  let model = after({ type: 'hello', hello: scene.hello })
  model = after({ type: 'travel', to: 3 }, model)
  expect(after({ type: 'hello', hello: scene.hello }, model).moment).toBe(3)
  expect(after({ type: 'hello', hello: { ...scene.hello, id: 'other.1' } }, model).moment).toBeNull()
})

test('a page that lost its connection keeps what it has', () => {
  const model = after(
    { type: 'link', link: 'reconnecting', trouble: 'gone', silentSince: START },
    after({ type: 'hello', hello: scene.hello }),
  )
  const { link, trouble, silentSince } = model
  expect({ link, trouble, silentSince }).toEqual({ link: 'reconnecting', trouble: 'gone', silentSince: START })
  expect(apply(model, { type: 'link', link: 'live', trouble: null }).silentSince).toBeNull()
  expect(viewOf(model)?.state).toEqual(scene.state)
})

test('a saved recording loads unchanged, and og-ledger replay reads its positions', () => {
  const view = viewOf(after({ type: 'hello', hello: scene.hello }))
  if (!view) throw new Error('There is no view.')
  const text = encodeRecording(view.subject, view.history)
  const { positions, torn } = decodeRecording(text)
  expect({ positions: positions.length, torn }).toEqual({
    positions: entries.filter(({ kind }) => kind === 'position').length,
    torn: false,
  })
  const loaded = loadRecording('night.jsonl', text, [])
  expect(loaded.history).toEqual(view.history)
  expect({ ...loaded, history: null }).toEqual({
    file: 'night.jsonl',
    skipped: 0,
    history: null,
    subject: { ...view.subject, version: '', actions: [] },
  })
  const model = after({ type: 'load', loaded }, after({ type: 'hello', hello: { ...scene.hello, history: [] } }))
  expect(viewOf(model)).toMatchObject({ isLive: false, state: scene.state })
  expect(viewOf(after({ type: 'unload' }, model))).toMatchObject({ isLive: true, state: base })
})

test('a recording that another process continued is one history', () => {
  const lineOf = (value: object) => JSON.stringify(value)
  const { wallet, network } = scene.hello
  const baseLine = (state: State) => lineOf({ type: 'base', protocol: 1, wallet, network, state })
  const entryLines = entries.slice(0, 5).map((entry) => lineOf({ type: 'entry', ...entry }))
  const later = stateOf([account(0, { available: 9 })])
  const { history, skipped } = loadRecording(
    'x',
    [baseLine(base), ...entryLines, baseLine(later), ...entryLines].join('\n'),
    [],
  )
  expect(skipped).toBe(0)
  expect(history.entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  expect(stateAt(history, 5)).toEqual(stateAfter(5))
  expect(stateAt(history, 6).subAccounts[account(0).key]?.account?.available).toBe(og(9))
})

test('invalid lines are counted, and data that cannot be drawn is refused', () => {
  const { wallet, network } = scene.hello
  const good = JSON.stringify({ type: 'base', protocol: 1, wallet, network, state: base })
  const bad = [
    'torn {',
    '[]',
    'null',
    '{"type":"entry"}',
    '{"type":"entry","at":1,"block":null,"kind":"fact","subject":"x","fact":"balance.low","change":"lots","patch":{}}',
    '{"type":"entry","at":1,"block":null,"kind":"position","patch":{"ledger":{"available":5}}}',
    '{"type":"entry","at":1,"block":null,"kind":"toString","patch":{}}',
    '{"type":"base","protocol":99}',
  ]
  expect(loadRecording('x', [good, ...bad].join('\n'), [])).toMatchObject({
    skipped: bad.length,
    history: { entries: [] },
  })
  expect(() => loadRecording('x', bad.join('\n'), [])).toThrow('It is no recording of og-ledger.')
  expect(() => loadRecording('x', '{"type":"position"}', [])).toThrow('It has positions alone')
})

test('edges that were taken recently are lit, edges back to the same state are not', () => {
  const move = (seconds: number, actor: string, from: string, to: string): Step => [
    seconds,
    { kind: 'transition', machine: 'subAccount', actor, from, to, event: 'e', edge: `${from}|e|${to}` },
    (state) => state,
  ]
  const steps = [move(1, 'a', 'none', 'funded'), move(8, 'b', 'funded', 'low'), move(9, 'a', 'funded', 'funded')]
  const { hello } = sceneOf([], base, [...steps, [9, { kind: 'position' }, (state) => state]])
  const taken = (actor: string | null) =>
    movesIn({ entries: hello.history }, 4, { chart: 'subAccount', actor, since: START + 5_000 })
  expect(taken(null)).toEqual([{ edge: 'funded|e|low', seq: 2, at: START + 8_000 }])
  expect(taken('a')).toEqual([{ edge: 'none|e|funded', seq: 1, at: START + 1_000 }])
  expect(readAt({ entries: hello.history }, 4)).toBe(START + 9_000)
  expect(readAt({ entries: hello.history }, 3)).toBeNull()
})

test('events in one slot are one tick with the most severe tone', () => {
  const fact = (seconds: number, fact: 'balance.low' | 'balance.ample', change: `${bigint}`): Step => [
    seconds,
    { kind: 'fact', subject: accounts[0]?.key ?? '', fact, change },
    (state) => state,
  ]
  const steps = [fact(1, 'balance.ample', '5'), fact(2, 'balance.low', '-5'), fact(99, 'balance.ample', '5')]
  const { hello } = sceneOf([], base, [...steps, [100, { kind: 'position' }, (state) => state]])
  expect(ticksOf(hello.history, { from: START, to: START + 100_000, places: 10 })).toEqual([
    { place: 0, many: 2, tone: 'good' },
    { place: 9, many: 1, tone: 'good' },
  ])
})

const after = (message: Message, model: Model = initialModel): Model => apply(model, message)

const stateAfter = (seq: number): State =>
  entries.slice(0, seq).reduce((state, { patch }) => applyPatch(state, patch), base)
