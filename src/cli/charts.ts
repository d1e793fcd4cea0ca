import type { AnyStateMachine, AnyStateNode } from 'xstate'
import { edgesIn, guardName, type Edge as MachineEdge } from '../../machines/edges.ts'

type Edge = { from: AnyStateNode; to: AnyStateNode; label: string }

/**
 * A statechart as a Mermaid state diagram: every state, and an edge for every transition. Mermaid draws no edge between
 * a state and one inside it: such a transition is drawn from each of its states.
 */
export function mermaidOf(machine: AnyStateMachine): string {
  const { root } = machine
  const edges = edgesIn(machine).flatMap(drawnEdges)
  return ['---', `title: ${root.key}`, '---', 'stateDiagram-v2', ...insideOf(root, edges)].join('\n')
}

/** A statechart as a config that XState's createMachine and Stately Studio take: names and no functions. */
export function jsonOf({ config }: AnyStateMachine): object {
  return JSON.parse(JSON.stringify(config, withoutFunctions)) as object
}

/** JSON drops functions, but not those in a list. A guard becomes its name: without it the edge would always be taken. */
function withoutFunctions(key: string, value: unknown): unknown {
  if (key === 'guard') return guardName(value)
  return Array.isArray(value) ? value.filter((one) => typeof one !== 'function') : value
}

function insideOf(state: AnyStateNode, edges: readonly Edge[]): string[] {
  const children = Object.values(state.states)
  const first = state.type === 'parallel' ? [] : (state.initial.target ?? [])
  const within = edges.filter(({ from, to }) => commonPath(from, to) === pathOf(state))
  return [
    ...first.map((target) => `[*] --> ${nameOf(target)}`),
    ...children.flatMap((child, index) => [
      ...(state.type === 'parallel' && index > 0 ? ['--'] : []),
      ...declarationOf(child, edges),
    ]),
    ...within.map(({ from, to, label }) => `${nameOf(from)} --> ${nameOf(to)}: ${label}`),
    ...children.filter(({ type }) => type === 'final').map((child) => `${nameOf(child)} --> [*]`),
  ].map((line) => `  ${line}`)
}

function declarationOf(state: AnyStateNode, edges: readonly Edge[]): string[] {
  const name = nameOf(state)
  const declared = name === state.key ? `state ${name}` : `state "${state.key}" as ${name}`
  if (Object.keys(state.states).length > 0) return [`${declared} {`, ...insideOf(state, edges), '}']
  return [name === state.key ? name : declared]
}

function drawnEdges({ source, target, name, guard }: MachineEdge): Edge[] {
  const label = guard === null ? name : `${name} [${guard}]`
  return sourcesOf(source, target).map((from) => ({ from, to: target, label }))
}

/** The states from which a transition is drawn: its own state, or all states inside when it leads to one of them. */
function sourcesOf(state: AnyStateNode, to: AnyStateNode): AnyStateNode[] {
  const inside = to !== state && isWithin(to, state)
  return inside ? Object.values(state.states).flatMap((child) => sourcesOf(child, to)) : [state]
}

/** A name that is unique in the diagram: that of a nested state begins with the names around it. */
const nameOf = ({ path }: AnyStateNode): string => path.join('_').replace(/\W/g, '_')
const pathOf = ({ path }: AnyStateNode): string => path.join('.')

const isWithin = (one: AnyStateNode, other: AnyStateNode): boolean =>
  other.path.every((key, index) => one.path[index] === key)

/** The path of the innermost state around both ends. Mermaid needs the edge there: elsewhere it would make new states of the ends. */
function commonPath(one: AnyStateNode, other: AnyStateNode): string {
  const [a, b] = [one.path.slice(0, -1), other.path.slice(0, -1)]
  const differ = a.findIndex((key, index) => b[index] !== key)
  return a.slice(0, differ < 0 ? undefined : differ).join('.')
}
