import type {
  AnyEventObject,
  AnyMachineSnapshot,
  AnyStateMachine,
  AnyStateNode,
  AnyTransitionDefinition,
  EventFromLogic,
  InputFrom,
  StateValue,
} from 'xstate'
import { adjacencyMapToArray, getAdjacencyMap, getShortestPaths, getStateNodes } from 'xstate/graph'

export type EdgePathsOptions<Machine extends AnyStateMachine> = {
  /** What the machine is created with. */
  input?: InputFrom<Machine>
  /** At least one event of each type; where guards look into an event, one for each way that they may decide. */
  events: readonly EventFromLogic<Machine>[]
  /** By the name of an invoked actor: what it may resolve with. That it may reject goes without saying. */
  outputs?: Readonly<Record<string, readonly unknown[]>>
}

/** One edge of a chart, and the shortest way to it. */
export type EdgePath = {
  /** For a test's title: `low: balance.ample → funded`. */
  title: string
  from: StateValue
  to: StateValue
  /** The events from the start on, each with the state that it leads to; the last one is the edge. */
  steps: readonly EdgeStep[]
}

export type EdgeStep = { event: AnyEventObject; to: StateValue }

/** What an invoked actor rejects with on the paths. */
export const REJECTED = 'Rejected on the path to an edge.'

/**
 * One path for each edge of a chart that can be reached. States are told apart by their value alone: guards must decide
 * by their event, not by the context.
 *
 * @example
 * test.for(edgePaths(machine, { events }))('$title', async (path) => {
 *   expect((await walk(machine, path)).getSnapshot().value).toEqual(path.to)
 * })
 */
export function edgePaths<Machine extends AnyStateMachine>(
  machine: Machine,
  { input, events, outputs = {} }: EdgePathsOptions<Machine>,
): EdgePath[] {
  const chart: AnyStateMachine = machine
  const traversal = {
    ...(input !== undefined && { input }),
    events: [...events, ...endsOfInvoked(chart, outputs)],
    serializeState: ({ value }: AnyMachineSnapshot) => textOf(value),
  }
  const ways = new Map(
    getShortestPaths(chart, traversal).map(({ state, steps }) => [
      textOf(state.value),
      // The first step is the start.
      steps.slice(1).map((step): EdgeStep => ({ event: step.event, to: step.state.value })),
    ]),
  )
  const paths = new Map<string, EdgePath>()
  for (const { state, event, nextState } of adjacencyMapToArray(getAdjacencyMap(chart, traversal))) {
    if (!state.can(event)) continue
    const from: StateValue = state.value
    const to: StateValue = nextState.value
    const title = `${textOf(from)}: ${event.type} → ${textOf(to)}`
    const edge = [title, ...chart.getTransitionData(state, event).map(nameOf)].join()
    if (!paths.has(edge))
      paths.set(edge, { title, from, to, steps: [...(ways.get(textOf(from)) ?? []), { event, to }] })
  }
  return [...paths.values()]
}

/** Tells the transitions of a chart apart: where each begins, by what, and the how-manieth of those it is. */
export function nameOf(transition: AnyTransitionDefinition): string {
  const { source, eventType } = transition
  const among: readonly AnyTransitionDefinition[] = source.transitions.get(eventType) ?? source.always ?? []
  return `${source.id} ${eventType || 'always'} ${among.indexOf(transition)}`
}

/** How the actors that a chart invokes may end. */
function endsOfInvoked(
  chart: AnyStateMachine,
  outputs: Readonly<Record<string, readonly unknown[]>>,
): AnyEventObject[] {
  const invoked = getStateNodes(chart).flatMap((node: AnyStateNode) => node.invoke)
  return invoked.flatMap(({ id, src }) => [
    ...((typeof src === 'string' ? outputs[src] : null) ?? [undefined]).map((output) => ({
      type: `xstate.done.actor.${id}`,
      output,
    })),
    { type: `xstate.error.actor.${id}`, error: new Error(REJECTED) },
  ])
}

const textOf = (value: StateValue): string => (typeof value === 'string' ? value : JSON.stringify(value))
