import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition, InspectionEvent, StateValue } from 'xstate'
import { getStateNodes } from 'xstate/graph'
import { edgeName } from '../../src/testing/edge-name.ts'
import type { EdgePath } from '../../src/testing/edge-paths.types.ts'

/** Records through XState's inspector which states actors were in and which transitions they took. */
export function edgeCoverage() {
  const states = new Set<string>()
  const transitions = new Set<string>()
  const edges = new Set<string>()
  const last = new WeakMap<object, StateValue>()

  return {
    inspect(inspected: InspectionEvent): void {
      if (inspected.type === '@xstate.microstep') see(inspected)
      if (inspected.type !== '@xstate.snapshot' || !hasValue(inspected.snapshot)) return
      const { actorRef, event, snapshot } = inspected
      const before = last.get(actorRef)
      if (before !== undefined) edges.add(edgeOf(before, event.type, snapshot.value))
      last.set(actorRef, snapshot.value)
    },
    /** Names of what no actor did: states of the chart, its transitions, and each edge from every state. */
    missing(machine: AnyStateMachine, paths: readonly EdgePath[]): string[] {
      const nodes: AnyStateNode[] = [machine.root, ...getStateNodes(machine)]
      return [
        ...nodes.map(({ id }) => id).filter((id) => !states.has(id)),
        ...nodes
          .flatMap(transitionsOf)
          .map(edgeName)
          .filter((name) => !transitions.has(name)),
        ...paths.map(lastEdge).filter((edge) => !edges.has(edge)),
      ]
    },
  }

  function see({ _transitions: taken }: { _transitions: readonly AnyTransitionDefinition[] }): void {
    for (const one of taken) {
      transitions.add(edgeName(one))
      for (const node of [one.source, ...(one.target ?? [])])
        for (let at: AnyStateNode | undefined = node; at; at = at.parent) states.add(at.id)
    }
  }
}

function transitionsOf({ transitions, always = [] }: AnyStateNode): AnyTransitionDefinition[] {
  return [...[...transitions.values()].flat(), ...always]
}

function hasValue(snapshot: object): snapshot is { value: StateValue } {
  return 'value' in snapshot
}

const lastEdge = ({ from, to, steps }: EdgePath): string => edgeOf(from, steps.at(-1)?.event.type ?? '', to)

const edgeOf = (from: StateValue, type: string, to: StateValue): string =>
  `${JSON.stringify(from)}: ${type} → ${JSON.stringify(to)}`
