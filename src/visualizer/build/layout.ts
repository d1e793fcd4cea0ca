import type { ElkEdgeSection, ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js'
import elk from 'elkjs/lib/elk.bundled.js'
import type { AnyStateMachine } from 'xstate'
import { edgeInWords, stateInWords } from '../chart-words.ts'
import type { Chart, ChartEdge, Drawing, Point } from '../protocol.ts'
import { straighten } from './straighten.ts'
import { arrowsOf, boxesOf, type Arrow, type Box } from './boxes.ts'

const START = 8
const STATE_HEIGHT = 30
const LABEL_HEIGHT = 14
const TITLE_HEIGHT = 24
const MARGIN = 8
/** The layout orders lines in another way with each. */
const SEEDS = ['1', '2']
/** The shape of the pane on a page of 1440 × 900 pixels. */
const PANE = { width: 3, height: 2 }

/** Compound states are laid out together with the states around them, top down. */
const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.padding': padding(MARGIN),
  'elk.spacing.nodeNode': '18',
  'elk.spacing.edgeNode': '8',
  'elk.spacing.edgeEdge': '8',
  'elk.spacing.edgeLabel': '2',
  'elk.layered.spacing.nodeNodeBetweenLayers': '12',
  'elk.layered.spacing.edgeNodeBetweenLayers': '8',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '8',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.thoroughness': '20',
}

/** The texts of a drawing, which decide how much room it needs. */
type Texts = { state: (box: Box) => string; edge: (arrow: Arrow) => string }

const WORDS: Texts = { state: stateInWords, edge: ({ label }) => edgeInWords(label) }
const NAMES: Texts = { state: ({ label }) => label, edge: ({ label }) => label }

/** The drawings of a machine: a box for every state, an arrow for every edge. The same machine always gives the same ones. */
export async function layOut(machine: AnyStateMachine): Promise<Chart> {
  const title = machine.id.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  return { id: machine.id, title, ...(await drawn(machine, WORDS)), named: await drawn(machine, NAMES) }
}

/** Of several layouts the one whose scale in a pane is the largest, and of those the smallest. */
async function drawn(machine: AnyStateMachine, texts: Texts): Promise<Drawing> {
  const drawings: Drawing[] = []
  for (const seed of SEEDS) drawings.push(await drawnFrom(machine, texts, seed))
  const extent = ({ width, height }: Drawing): number => Math.max(width / PANE.width, height / PANE.height)
  const [best] = drawings.toSorted((a, b) => extent(a) - extent(b) || a.width * a.height - b.width * b.height)
  if (!best) throw new Error('There is no layout.')
  return best
}

async function drawnFrom(machine: AnyStateMachine, texts: Texts, seed: string): Promise<Drawing> {
  const boxes = boxesOf(machine)
  const arrows = arrowsOf(machine)
  const places = new Map(boxes.map(({ id }, index) => [id, index]))
  const isBack = ({ source, target }: Arrow) =>
    (places.get(source) ?? 0) > (places.get(target) ?? 0) && !source.startsWith(`${target}.`)
  const placed = await new elk.default().layout<ElkNode>({
    id: '',
    layoutOptions: { ...OPTIONS, 'elk.randomSeed': seed },
    children: nodesIn(null, boxes, texts),
    // States stand in the order in which they are usually entered; an edge that leads back is laid out in reverse.
    edges: arrows.map((arrow) => edgeOf(arrow, texts, isBack(arrow))),
  })
  const shapes = new Map(allIn(placed).map(({ id, ...shape }) => [id, shape]))
  const routes = new Map((placed.edges ?? []).map((edge) => [edge.id, edge]))
  return {
    width: Math.ceil(placed.width ?? 0),
    height: Math.ceil(placed.height ?? 0),
    nodes: boxes.map((box) => ({ ...box, ...rectangle(shapes.get(box.id)) })),
    edges: arrows.map((arrow) => ({ ...arrow, ...routeOf(routes.get(arrow.id), isBack(arrow)) })),
  }
}

function nodesIn(parent: string | null, boxes: readonly Box[], texts: Texts): ElkNode[] {
  return boxes.filter((box) => box.parent === parent).map((box) => nodeOf(box, boxes, texts))
}

function nodeOf(box: Box, boxes: readonly Box[], texts: Texts): ElkNode {
  const { id, kind } = box
  if (kind === 'start') return { id, width: START, height: START }
  if (kind !== 'compound') return { id, width: Math.max(60, texts.state(box).length * 7.5 + 20), height: STATE_HEIGHT }
  const options = { 'elk.padding': padding(MARGIN, TITLE_HEIGHT + MARGIN) }
  return { id, layoutOptions: options, children: nodesIn(id, boxes, texts) }
}

function edgeOf(arrow: Arrow, texts: Texts, isBack: boolean): ElkExtendedEdge {
  const { id, source, target } = arrow
  const text = texts.edge(arrow)
  return {
    id,
    sources: [isBack ? target : source],
    targets: [isBack ? source : target],
    ...(text !== '' && { labels: [{ text, width: text.length * 6.2 + 4, height: LABEL_HEIGHT }] }),
  }
}

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
