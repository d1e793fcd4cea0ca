import { describe, expect, test } from 'vitest'
import type { AnyStateMachine } from 'xstate'
import { edgesIn, edgeTaken, statesIn } from '../../../machines/edges.ts'
import * as entry from '../../../machines/index.ts'
import { layOut } from '../../../src/visualizer/build/layout.ts'
import type { ChartNode } from '../../../src/visualizer/protocol.ts'

const machines = Object.values<unknown>(entry).filter(isMachine)

const drawings = machines.flatMap((machine) => {
  const chart = layOut(machine)
  return [
    [`${machine.id} in words`, machine, chart],
    [`${machine.id} in names`, machine, chart.then(({ named }) => named)],
  ] as const
})

describe.each(drawings)('the chart of %s', (_, machine, drawing) => {
  test('has one box for every state and one arrow for every edge, and one from each start', async () => {
    const { nodes, edges } = await drawing
    const paths = statesIn(machine).map(({ path }) => path.join('.'))
    expect(nodes.filter(({ kind }) => kind !== 'start').map(({ id }) => id)).toEqual(paths)
    const drawn = edges.filter(({ event }) => event !== '')
    expect(drawn.map(({ id }) => id)).toEqual(edgesIn(machine).map(({ id }) => id))
    expect(new Set(edges.map(({ id }) => id)).size).toBe(edges.length)
    const starts = nodes.filter(({ kind }) => kind === 'start').map(({ id }) => id)
    expect(edges.filter(({ event }) => event === '').map(({ source }) => source)).toEqual(starts)
    expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length)
  })

  test('leads each arrow from the border of its source to that of its target, and keeps room for its label', async () => {
    const { nodes, edges, width, height } = await drawing
    const at = (id: string) => nodes.find((node) => node.id === id)
    for (const { id, source, target, points, label, labelAt } of edges) {
      const [first, last] = [points[0], points.at(-1)]
      expect([id, points.length > 1, isOnBorder(first, at(source)), isOnBorder(last, at(target))]).toEqual([
        id,
        true,
        true,
        true,
      ])
      // Every segment is parallel to an axis.
      const isCrooked = points.some(({ x, y }, index) => {
        const before = points[index - 1]
        return before !== undefined && x !== before.x && y !== before.y
      })
      expect([id, isCrooked]).toEqual([id, false])
      expect([id, labelAt === null]).toEqual([id, label === ''])
      for (const { x, y } of points) expect(x >= 0 && y >= 0 && x <= width && y <= height).toBe(true)
    }
  })

  test('has no two labels in one place, and none on a state', async () => {
    const { nodes, edges } = await drawing
    const labels = edges.flatMap(({ id, labelAt }) => (labelAt ? [{ id, ...labelAt }] : []))
    const boxes = nodes.filter(({ kind }) => kind === 'state' || kind === 'final')
    const clashes = labels.flatMap((one, index) =>
      [...labels.slice(index + 1), ...boxes].filter((other) => overlap(one, other)).map((other) => [one.id, other.id]),
    )
    expect(clashes).toEqual([])
  })

  test('puts states inside those around them', async () => {
    const { nodes } = await drawing
    for (const node of nodes) {
      const around = nodes.find(({ id }) => id === node.parent)
      expect(around === undefined || contains(around, node)).toBe(true)
    }
  })

  test('names the edge of each of its transitions', () => {
    const edges = edgesIn(machine)
    for (const { id, source, target, event, guard } of edges) {
      const to = innermost(target)
      const taken = edgeTaken(edges, { from: innermost(source), to, event })
      // Two edges with one target differ in their guards alone.
      if (guard === null) expect(taken?.id).toBe(id)
      else expect(taken).toMatchObject({ event, target })
    }
  })
})

test('the chart of a sub-account is no larger than its pane on a page of 1440 × 900 pixels', async () => {
  const [, , drawing] = drawings.find(([name]) => name === 'subAccount in words') ?? []
  const { width = Infinity, height = Infinity } = (await drawing) ?? {}
  expect([width <= 640, height <= 426]).toEqual([true, true])
})

test('an event without an edge takes none', () => {
  const edges = edgesIn(entry.subAccountMachine)
  expect(edgeTaken(edges, { from: 'none', to: 'none', event: 'account.gone' })).toBeNull()
  expect(edgeTaken(edges, { from: 'refunding.locked', to: 'low', event: 'balance.low' })?.id).toBe(
    'refunding|balance.low|low',
  )
})

type Box = Pick<ChartNode, 'x' | 'y' | 'width' | 'height'>

function isOnBorder(point: { x: number; y: number } | undefined, box: Box | undefined): boolean {
  if (!point || !box) return false
  const near = (a: number, b: number) => Math.abs(a - b) <= 1
  const [left, right, top, bottom] = [box.x, box.x + box.width, box.y, box.y + box.height]
  const within = point.x >= left - 1 && point.x <= right + 1 && point.y >= top - 1 && point.y <= bottom + 1
  return within && [near(point.x, left), near(point.x, right), near(point.y, top), near(point.y, bottom)].some(Boolean)
}

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

const contains = (outer: Box, inner: Box): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height

function innermost(state: ReturnType<typeof statesIn>[number]): string {
  const [first] = Object.keys(state.states).length > 0 ? (state.initial.target ?? []) : []
  return first ? innermost(first) : state.path.join('.')
}

function isMachine(value: unknown): value is AnyStateMachine {
  return typeof value === 'object' && value !== null && 'root' in value && 'config' in value
}
