import type { AnyStateMachine, AnyStateNode } from 'xstate'
import { edgesIn, pathOf, statesIn } from '../../../machines/edges.ts'
import type { ChartEdge, ChartNode } from '../protocol.ts'

/** A state without its place. */
export type Box = Omit<ChartNode, 'x' | 'y' | 'width' | 'height'>

/** An edge without its route. */
export type Arrow = Omit<ChartEdge, 'points' | 'labelAt'>

/** Every state, and a dot for each initial state. An outer state comes before the states inside it. */
export function boxesOf(machine: AnyStateMachine): Box[] {
  return [...startOf(machine.root), ...statesIn(machine).flatMap((state) => [boxOf(state), ...startOf(state)])]
}

/** Every edge of the machine, and one from each dot. */
export function arrowsOf(machine: AnyStateMachine): Arrow[] {
  const starts = [machine.root, ...statesIn(machine)].flatMap((state) => {
    const [first] = firstIn(state)
    const source = startId(state)
    return first ? [{ id: `${source}||${pathOf(first)}`, source, target: pathOf(first), event: '', label: '' }] : []
  })
  const edges = edgesIn(machine).map(({ id, source, target, event, name, guard }) => ({
    id,
    source: pathOf(source),
    target: pathOf(target),
    event,
    label: guard === null ? name : `${name} [${guard}]`,
  }))
  return [...starts, ...edges]
}

function boxOf(state: AnyStateNode): Box {
  const kind = Object.keys(state.states).length > 0 ? 'compound' : state.type === 'final' ? 'final' : 'state'
  return { id: pathOf(state), path: pathOf(state), label: state.key, kind, parent: parentOf(state) }
}

function startOf(state: AnyStateNode): Box[] {
  if (firstIn(state).length === 0) return []
  const parent = state.path.length === 0 ? null : pathOf(state)
  return [{ id: startId(state), path: pathOf(state), label: '', kind: 'start', parent }]
}

/** The initial states. A parallel state enters all its regions at once, and has no dot. */
function firstIn(state: AnyStateNode): readonly AnyStateNode[] {
  const isCompound = Object.keys(state.states).length > 0 && state.type !== 'parallel'
  return isCompound ? (state.initial.target ?? []) : []
}

function parentOf({ path }: AnyStateNode): string | null {
  return path.length > 1 ? path.slice(0, -1).join('.') : null
}

const startId = (state: AnyStateNode): string => [...state.path, 'start'].join('.')
