import type { AnyActorRef, AnyEventObject, AnyMachineSnapshot, AnyStateMachine, AnyStateNode, StateValue } from 'xstate'
import { getStateNodes } from 'xstate/graph'

/** A machine of a walked actor, and the ids that lead to it. */
export type MachineIn = { ref: AnyActorRef; snapshot: AnyMachineSnapshot; heardBy: readonly string[] }

/** The machine of an actor and those inside it, as long as they run. */
export function machinesIn(ref: AnyActorRef, heardBy: readonly string[] = []): MachineIn[] {
  const snapshot: unknown = ref.getSnapshot()
  if (!isMachineSnapshot(snapshot) || snapshot.status !== 'active') return []
  const inside = childrenOf(snapshot).flatMap(([name, child]) => machinesIn(child, [...heardBy, name]))
  return [{ ref, snapshot, heardBy }, ...inside]
}

/** By their ids; by their place where XState made up an id, which is another in each walk. */
export function childrenOf({ children }: AnyMachineSnapshot): [string, AnyActorRef][] {
  const refs: (AnyActorRef | undefined)[] = Object.values(children)
  return refs.flatMap((child, place) => (child ? [[isMadeUp(child.id) ? `${place}` : child.id, child]] : []))
}

export const isMadeUp = (id: string): boolean => /^x:\d+$/.test(id)

type StateOptions = {
  /** Children that are told apart though the chart does not name them: those from the start. */
  named?: ReadonlySet<string>
  scheduled: readonly { target: AnyActorRef; event: AnyEventObject }[]
}

/**
 * The same text for states that a chart need not tell apart: its value, where its history leads, what is delayed, and
 * the same of each actor inside. Of those spawned on the way that the chart does not name, many of a kind are like one.
 */
export function stateOf(ref: AnyActorRef, { named, scheduled }: StateOptions): string {
  const snapshot: unknown = ref.getSnapshot()
  if (!isMachineSnapshot(snapshot)) return String(ref.getSnapshot().status)
  const { value, status, historyValue, machine } = snapshot
  const ids = idsIn(machine)
  const children = childrenOf(snapshot).map(([name, child]) => {
    const kind = ids.has(name) || named?.has(name) ? name : typeof child.src === 'string' ? child.src : ''
    return `${kind}=${stateOf(child, { scheduled })}`
  })
  const history = Object.entries(historyValue).map(([id, nodes = []]) =>
    [id, ...sorted(nodes.map((node) => node.id))].join(),
  )
  const delayed = scheduled.filter(({ target }) => target === ref).map(({ event }) => event.type)
  return JSON.stringify([textOf(value), status, sorted(history), sorted(delayed), sorted(children)])
}

/** The same text for the same state, in whatever order its parallel parts were entered. */
export function textOf(value: StateValue): string {
  return typeof value === 'string' ? value : JSON.stringify(inOrder(value))
}

function inOrder(value: StateValue): StateValue {
  if (typeof value === 'string') return value
  const parts = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(parts.map(([key, part]) => [key, part && inOrder(part)]))
}

/** The ids of actors that a chart names: what it invokes, and whose events it hears. */
function idsIn(machine: AnyStateMachine): ReadonlySet<string> {
  let ids = idsOf.get(machine)
  if (!ids) {
    const nodes: AnyStateNode[] = [machine.root, ...getStateNodes(machine)]
    ids = new Set(
      nodes.flatMap(({ invoke, transitions }) => [
        ...invoke.map(({ id }) => id),
        ...[...transitions.keys()].map((type) => type.replace(/^xstate\.(done\.actor|error\.actor|snapshot)\./, '')),
      ]),
    )
    idsOf.set(machine, ids)
  }
  return ids
}

const idsOf = new WeakMap<AnyStateMachine, ReadonlySet<string>>()

const sorted = (texts: readonly string[]): string[] => [...new Set(texts)].toSorted()

function isMachineSnapshot(snapshot: unknown): snapshot is AnyMachineSnapshot {
  return typeof snapshot === 'object' && snapshot !== null && 'machine' in snapshot && 'children' in snapshot
}
