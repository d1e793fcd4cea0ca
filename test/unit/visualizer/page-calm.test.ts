import { expect, test } from 'vitest'
import { edgesIn, isMachine, statesIn } from '../../../machines/edges.ts'
import * as entry from '../../../machines/index.ts'
import { edgeInWords, stateInWords } from '../../../src/visualizer/chart-words.ts'
import { inDrawing, inOg, padOf } from '../../../src/visualizer/page/format/amounts.ts'
import { startHistory } from '../../../src/visualizer/page/store/history.ts'
import { outlookOf } from '../../../src/visualizer/page/store/outlook.ts'
import { endsOf, LAST_HOUR, rangeWords } from '../../../src/visualizer/page/store/range.ts'
import { everything, rowsOf } from '../../../src/visualizer/page/store/rows.ts'
import { standingOf, standings } from '../../../src/visualizer/page/store/standing.ts'
import { account, og, sceneOf, START, stateOf, type AccountOptions } from '../../browser/scenes.ts'

const held = { action: 'hold', reason: 'ledger-short', amount: null } as const
const low = (more: AccountOptions = {}) => account(0, { available: 0.7, ...more })

test('a refill is a standing of its own, and low is what a hold or nothing at all keeps low', () => {
  const of = (one: ReturnType<typeof account>) => {
    const { name, word, tone } = standingOf(one)
    return [name, word, tone]
  }
  const refilling = ['refilling', 'refilling', 'moving']
  expect([
    of(low()),
    of(low({ autoFunding: { value: 'toppingUp' } })),
    of(low({ autoFunding: { value: 'settling' } })),
    of(low({ plan: { action: 'hold', reason: 'sufficient', amount: null } })),
    of(low({ plan: held, autoFunding: { value: 'held' } })),
    of(low({ autoFunding: { value: 'awaitingApproval' } })),
    of(low({ autoFunding: null })),
    of(account(0)),
    of(account(0, { available: 1, pending: 1 })),
  ]).toEqual([
    refilling,
    refilling,
    refilling,
    refilling,
    ['low', 'low', 'low'],
    ['low', 'low', 'low'],
    ['low', 'low', 'low'],
    ['funded', 'funded', 'good'],
    ['refunding', 'refund locked', 'refund'],
  ])
})

test('the standings are counted, filter the list, and the headline says refilling', () => {
  const all = [account(0), account(1, { available: 0.7 }), account(2, { available: 0.7, autoFunding: null })]
  const state = stateOf(all)
  expect([...standings(all)]).toEqual([
    ['funded', 1],
    ['refilling', 1],
    ['low', 1],
  ])
  const keys = (path: string) =>
    rowsOf(state, { ...everything, place: { chart: 'standing', path } }, { key: 'name', down: false }).map(
      ({ key }) => key,
    )
  expect([keys('refilling'), keys('low')]).toEqual([[all[1]?.key], [all[2]?.key]])
  // With a refund pending it is no refill to look at, and about to be paid all the same.
  const paid = account(3, { available: 0.7, pending: 1 })
  expect(outlookOf(stateOf([paid])).text).toBe('1 refund is pending.')
  expect([outlookOf(state).text, outlookOf(stateOf(all.slice(0, 2)))]).toEqual([
    '1 sub-account below what is required.',
    { tone: 'moving', text: 'Refilling 1 sub-account.' },
  ])
})

test('every state and every edge of every chart has words', () => {
  const machines = Object.values<unknown>(entry).filter(isMachine)
  const names = machines.flatMap((machine) => [
    ...statesIn(machine).map((state) => stateInWords({ path: state.path.join('.'), label: state.key })),
    ...edgesIn(machine).map(({ name, guard }) => edgeInWords(guard === null ? name : `${name} [${guard}]`)),
  ])
  expect(names.length).toBeGreaterThan(50)
  // Names in code have dots, brackets and capitals.
  expect(names.filter((name) => !/^[a-z][a-z -]*$/.test(name))).toEqual([])
})

test('an amount reads the same everywhere, and in a column its point stands below the others', () => {
  const wide = [og(2), og(1.5), og(0.7153), og(1_234.5), '1'].map((wei) => inOg(wei as '0'))
  expect(wide).toEqual(['2', '1.5', '0.7153', '1,234.5', '<0.0001'])
  expect(wide.map((text) => text + padOf(text))).toEqual(['2.0000', '1.5000', '0.7153', '1,234.5000', '<0.0001'])
  expect([inDrawing(1.71500001), inDrawing(2)]).toEqual(['1.715', '2'])
})

test('a range is the last time or one that a person chose, within what is known', () => {
  const hour = 3_600_000
  const chosen = { from: START - hour, to: START + 10 * hour }
  expect([
    endsOf(LAST_HOUR, START, START + 3 * hour),
    endsOf(LAST_HOUR, START + 2.5 * hour, START + 3 * hour),
    endsOf({ last: Infinity }, START, START + 3 * hour),
    endsOf(chosen, START, START + 3 * hour),
  ]).toEqual([
    { from: START + 2 * hour, to: START + 3 * hour },
    { from: START + 2.5 * hour, to: START + 3 * hour },
    { from: START, to: START + 3 * hour },
    { from: START, to: START + 3 * hour },
  ])
  expect([rangeWords(LAST_HOUR), rangeWords({ last: Infinity }), rangeWords(chosen)]).toEqual([
    'Last hour',
    'Everything',
    expect.stringMatching(/^\d\d:00–\d\d:00$/),
  ])
})

test('the history knows which edges were taken, and since when', () => {
  const one = account(0)
  const move = (from: string, to: string) =>
    ({
      kind: 'transition',
      machine: 'subAccount',
      actor: one.key,
      from,
      to,
      event: 'x',
      edge: `${from}|x|${to}`,
    }) as const
  const { hello } = sceneOf([], stateOf([one]), [
    [0, move('funded', 'low'), (same) => same],
    [1, move('low', 'funded'), (same) => same],
    [2, move('funded', 'low'), (same) => same],
  ])
  expect([...startHistory(hello.base, hello.history).travelled]).toEqual([
    ['subAccount|funded|x|low', 1],
    ['subAccount|low|x|funded', 2],
  ])
})
