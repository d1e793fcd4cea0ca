import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'
import { getStateNodes } from 'xstate/graph'
import { guardName } from '../../machines/edges.ts'

/** Every transition of a chart, except those that only stop an event from reaching outer states. */
export function transitionsIn(machine: AnyStateMachine): AnyTransitionDefinition[] {
  const nodes: AnyStateNode[] = [machine.root, ...getStateNodes(machine)]
  return nodes
    .flatMap(({ transitions, always = [] }) => [...[...transitions.values()].flat(), ...always])
    .filter(isEdge)
}

export function isEdge({ target, actions }: AnyTransitionDefinition): boolean {
  return target !== undefined || actions.length > 0
}

/** A readable name, unique in its chart: `door.locked: unlock [hasKey] → door.closed`. */
export function edgeName(transition: AnyTransitionDefinition): string {
  const { source, eventType } = transition
  const among: readonly AnyTransitionDefinition[] = source.transitions.get(eventType) ?? source.always ?? []
  const before = among.slice(0, among.indexOf(transition))
  const twins = before.filter((one) => labelOf(one) === labelOf(transition)).length
  return labelOf(transition) + (twins > 0 ? ` (${twins + 1})` : '')
}

function labelOf({ source, eventType, guard, target = [source] }: AnyTransitionDefinition): string {
  const condition = guard === undefined ? '' : ` [${guardName(guard)}]`
  return `${source.id}: ${eventType || 'always'}${condition} → ${target.map(({ id }) => id).join(' and ')}`
}
