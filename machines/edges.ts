import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'

/** One transition of a statechart: from the state that declares it to its target, or back to itself. */
export type Edge = {
  /** The same in every build, and unique in its machine: `funded|balance.low|low`. */
  id: string
  source: AnyStateNode
  target: AnyStateNode
  /** The type of its event, as the machine receives it. */
  event: string
  /** The event's name for people: an outcome of an invoked actor reads `topUp done`. */
  name: string
  guard: string | null
}

/** Whether a value is a statechart. */
export function isMachine(value: unknown): value is AnyStateMachine {
  return typeof value === 'object' && value !== null && 'root' in value && 'config' in value
}

/** Every state of a machine but its root, outer ones first. */
export function statesIn({ root }: AnyStateMachine): AnyStateNode[] {
  return inside(root)
}

/** Every edge of a machine, in the order of its states. */
export function edgesIn({ root }: AnyStateMachine): Edge[] {
  const edges = [root, ...inside(root)].flatMap(edgesOf)
  const ids = edges.map(({ id }) => id)
  // Edges that differ in their guards alone get the guard as a part of their id.
  return edges.map((edge, index) =>
    ids.indexOf(edge.id) === index ? edge : { ...edge, id: `${edge.id}|${edge.guard ?? 'else'}` },
  )
}

/** The edge that an event took, from the innermost state that declares one for it; null when none fits. */
export function edgeTaken(
  edges: readonly Edge[],
  { from, to, event }: { from: string; to: string; event: string },
): Edge | null {
  const fitting = edges.filter(
    (edge) => edge.event === event && isWithin(from, pathOf(edge.source)) && isWithin(to, pathOf(edge.target)),
  )
  const depth = ({ source }: Edge): number => source.path.length
  return fitting.reduce<Edge | null>((best, edge) => (best && depth(best) >= depth(edge) ? best : edge), null)
}

export const pathOf = ({ path }: AnyStateNode): string => path.join('.')

const inside = (state: AnyStateNode): AnyStateNode[] =>
  Object.values(state.states).flatMap((child) => [child, ...inside(child)])

function edgesOf(source: AnyStateNode): Edge[] {
  const transitions = [...source.transitions.values(), source.always ?? []].flat()
  return transitions.flatMap((transition) => {
    const name = nameOf(source, transition)
    const guard = transition.guard === undefined ? null : guardName(transition.guard)
    return (transition.target ?? [source])
      .filter(({ path }) => path.length > 0)
      .map((target) => ({
        id: [pathOf(source), name, pathOf(target)].join('|'),
        source,
        target,
        event: transition.eventType,
        name,
        guard,
      }))
  })
}

function nameOf({ invoke }: AnyStateNode, { eventType }: AnyTransitionDefinition): string {
  const [, outcome, id] = /^xstate\.(done|error)\.actor\.(.+)$/.exec(eventType) ?? []
  const [, delay] = /^xstate\.after\.([^.]+)\./.exec(eventType) ?? []
  const source: unknown = invoke.find((one) => one.id === id)?.src
  const actor = typeof source === 'string' ? source : 'actor'
  if (outcome) return `${actor} ${outcome === 'done' ? 'done' : 'failed'}`
  return (delay ? `after ${delay}` : eventType) || 'always'
}

export function guardName(guard: unknown): string {
  const name: unknown = typeof guard === 'object' && guard !== null && 'type' in guard ? guard.type : guard
  if (typeof name === 'function') return name.name || 'inline'
  return typeof name === 'string' ? name : 'guard'
}

const isWithin = (path: string, outer: string): boolean => path === outer || path.startsWith(`${outer}.`)
