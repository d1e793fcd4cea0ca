import { describe, expect, test } from 'vitest'
import { createMachine } from 'xstate'
import * as machines from '../../../machines/index.ts'
import { edgePaths } from '../../../src/testing/edge-paths.ts'
import { REJECTED } from '../../../src/testing/path-actor.ts'
import { walk } from '../../../src/testing/walk.ts'
import { charts } from '../../support/charts.ts'
import { edgeCoverage } from '../../support/edge-coverage.ts'

const coverage = edgeCoverage()

describe.for(charts)('the chart of $name', ({ machine, input, paths }) => {
  test.for(paths)('$title', async (path) => {
    const actor = await walk(machine, path, { input, inspect: coverage.inspect })
    expect(actor.getSnapshot()).toMatchObject({ value: path.to, error: undefined })
    actor.stop()
  })

  test('has no state and no edge that was not walked', () => {
    expect(coverage.missing(machine, paths)).toEqual([])
  })
})

test('every chart is walked', () => {
  const all = Object.entries(machines).filter(([name]) => name.endsWith('Machine'))
  expect(all.map(([, machine]) => machine)).toEqual(expect.arrayContaining(charts.map(({ machine }) => machine)))
  expect(all).toHaveLength(charts.length)
})

test('coverage names each state and edge that was not walked', async () => {
  const door = createMachine({
    id: 'door',
    initial: 'closed',
    states: { closed: { on: { push: 'open', knock: {} } }, open: { on: { push: 'closed' } }, walledUp: {} },
  })
  const paths = edgePaths(door, { events: [{ type: 'push' }, { type: 'knock' }] })
  expect(paths.map(({ title }) => title)).toEqual(['closed: push → open', 'open: push → closed'])
  const { inspect, missing } = edgeCoverage()
  const [first] = paths
  if (first) await walk(door, first, { inspect })
  expect(missing(door, paths)).toEqual([
    'door.walledUp',
    'door.closed: knock → door.closed',
    'door.open: push → door.closed',
    '"open": push → "closed"',
  ])
})

test('a path that leads elsewhere than it says fails', async () => {
  const stuck = createMachine({ initial: 'a', states: { a: { on: { go: { actions: () => undefined } } }, b: {} } })
  await expect(walk(stuck, { steps: [{ event: { type: 'go' }, to: 'b' }] })).rejects.toThrow(
    'go led to "a" instead of "b"',
  )
})

test('the chart receives the error that an invoked actor rejects with', async () => {
  const chart = charts.find(({ name }) => name === 'auto-funding')
  const failing = chart?.paths.find(({ title }) => title.startsWith('toppingUp: xstate.error'))
  if (!chart || !failing) throw new Error('The chart has no such edge.')
  const actor = await walk(chart.machine, failing, { input: chart.input })
  expect(actor.getSnapshot().context.failure).toEqual({ count: 1, at: 1, message: REJECTED })
})
