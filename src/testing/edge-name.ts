import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'
import { getStateNodes } from 'xstate/graph'
import { guardName } from '../../machines/edges.ts'

/** Every transition of a chart but those that only keep an event from being heard further out. */
export function transitionsIn(machine: AnyStateMachine): AnyTransitionDefinition[] {
  const nodes: AnyStateNode[] = [machine.root, ...getStateNodes(machine)]
  return nodes
    .flatMap(({ transitions, always = [] }) => [...[...transitions.values()].flat(), ...always])
    .filter(isEdge)
}

export function isEdge({ target, actions }: AnyTransitionDefinition): boolean {
  return target !== undefined || actions.length > 0
}

/** For people, and one of a kind in its chart: `door.locked: unlock [hasKey] → door.closed`. */
export function edgeName(transition: AnyTransitionDefinition): string {
  const { source, eventType } = transition
  const among: readonly AnyTransitionDefinition[] = source.transitions.get(eventType) ?? source.always ?? []
  const before = among.slice(0, among.indexOf(transition))
  const twins = before.filter((one) => wordsOf(one) === wordsOf(transition)).length
  return wordsOf(transition) + (twins > 0 ? ` (${twins + 1})` : '')
}

function wordsOf({ source, eventType, guard, target = [source] }: AnyTransitionDefinition): string {
  const condition = guard === undefined ? '' : ` [${guardName(guard)}]`
  return `${source.id}: ${eventType || 'always'}${condition} → ${target.map(({ id }) => id).join(' and ')}`
}
