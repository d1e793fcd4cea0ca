import type { ElkEdgeSection, ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js'
import elk from 'elkjs/lib/elk.bundled.js'
import type { AnyStateMachine } from 'xstate'
import { edgeInWords, stateInWords } from '../chart-words.ts'
import type { Chart, ChartEdge, Point } from '../protocol.ts'
import { straighten } from './straighten.ts'
import { arrowsOf, boxesOf, type Arrow, type Box } from './boxes.ts'

const START = 8
const STATE_HEIGHT = 32
const LABEL_HEIGHT = 16
const TITLE_HEIGHT = 26
const MARGIN = 12

/** Compound states are laid out together with the states around them, top down. */
const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.padding': padding(MARGIN),
  'elk.spacing.nodeNode': '24',
  'elk.spacing.edgeNode': '14',
  'elk.spacing.edgeEdge': '12',
  'elk.layered.spacing.nodeNodeBetweenLayers': '22',
  'elk.layered.spacing.edgeNodeBetweenLayers': '12',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '10',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.thoroughness': '100',
}

/** The drawing of a machine: a box for every state, an arrow for every edge. The same machine always gives the same drawing. */
export async function layOut(machine: AnyStateMachine): Promise<Chart> {
  const boxes = boxesOf(machine)
  const arrows = arrowsOf(machine)
  const places = new Map(boxes.map(({ id }, index) => [id, index]))
  const isBack = ({ source, target }: Arrow) =>
    (places.get(source) ?? 0) > (places.get(target) ?? 0) && !source.startsWith(`${target}.`)
  const placed = await new elk.default().layout<ElkNode>({
    id: '',
    layoutOptions: OPTIONS,
    children: nodesIn(null, boxes),
    // States stand in the order in which they are usually entered; an edge that leads back is laid out in reverse.
    edges: arrows.map((arrow) => edgeOf(arrow, isBack(arrow))),
  })
  const shapes = new Map(allIn(placed).map(({ id, ...shape }) => [id, shape]))
  const routes = new Map((placed.edges ?? []).map((edge) => [edge.id, edge]))
  return {
    id: machine.id,
    title: machine.id.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    width: Math.ceil(placed.width ?? 0),
    height: Math.ceil(placed.height ?? 0),
    nodes: boxes.map((box) => ({ ...box, ...rectangle(shapes.get(box.id)) })),
    edges: arrows.map((arrow) => ({ ...arrow, ...routeOf(routes.get(arrow.id), isBack(arrow)) })),
  }
}

function nodesIn(parent: string | null, boxes: readonly Box[]): ElkNode[] {
  return boxes.filter((box) => box.parent === parent).map((box) => nodeOf(box, boxes))
}

function nodeOf({ id, path, label, kind }: Box, boxes: readonly Box[]): ElkNode {
  if (kind === 'start') return { id, width: START, height: START }
  if (kind !== 'compound')
    return { id, width: Math.max(72, longer(label, stateInWords({ path, label })) * 7.5 + 28), height: STATE_HEIGHT }
  return { id, layoutOptions: { 'elk.padding': padding(MARGIN, TITLE_HEIGHT + MARGIN) }, children: nodesIn(id, boxes) }
}

function edgeOf({ id, source, target, label }: Arrow, isBack: boolean): ElkExtendedEdge {
  return {
    id,
    sources: [isBack ? target : source],
    targets: [isBack ? source : target],
    ...(label !== '' && {
      labels: [{ text: label, width: longer(label, edgeInWords(label)) * 6.2 + 8, height: LABEL_HEIGHT }],
    }),
  }
}

/** The page shows either text in the same place. */
const longer = (name: string, words: string): number => Math.max(name.length, words.length)

function routeOf(edge: ElkExtendedEdge | undefined, isBack: boolean): Pick<ChartEdge, 'points' | 'labelAt'> {
  const points = straighten((edge?.sections ?? []).flatMap(pointsOf))
  const [label] = edge?.labels ?? []
  return { points: isBack ? points.toReversed() : points, labelAt: label ? rectangle(label) : null }
}

/** Rounds to whole pixels: where an edge enters a compound state, elk is off by a fraction. */
const pointsOf = ({ startPoint, bendPoints = [], endPoint }: ElkEdgeSection): Point[] =>
  [startPoint, ...bendPoints, endPoint].map(({ x, y }) => ({ x: Math.round(x), y: Math.round(y) }))

type Shape = { x?: number; y?: number; width?: number; height?: number }

function rectangle({ x = 0, y = 0, width = 0, height = 0 }: Shape = {}) {
  return { x: round(x), y: round(y), width: round(width), height: round(height) }
}

const allIn = ({ children = [] }: Pick<ElkNode, 'children'>): ElkNode[] =>
  children.flatMap((child) => [child, ...allIn(child)])

const round = (value: number): number => Math.round(value * 10) / 10

function padding(rest: number, top = rest): string {
  return `[top=${top},left=${rest},bottom=${rest},right=${rest}]`
}
