import type { AnyActorRef, AnyEventObject, AnyMachineSnapshot, AnyStateMachine, AnyStateNode, StateValue } from 'xstate'
import { getStateNodes } from 'xstate/graph'

/** A machine inside an actor, and the ids that lead to it. */
export type MachineIn = { ref: AnyActorRef; snapshot: AnyMachineSnapshot; heardBy: readonly string[] }

/** The running machines of an actor: its own and the embedded ones. */
export function machinesIn(ref: AnyActorRef, heardBy: readonly string[] = []): MachineIn[] {
  const snapshot: unknown = ref.getSnapshot()
  if (!isMachineSnapshot(snapshot) || snapshot.status !== 'active') return []
  const inside = childrenOf(snapshot).flatMap(([name, child]) => machinesIn(child, [...heardBy, name]))
  return [{ ref, snapshot, heardBy }, ...inside]
}

/** The children by id; by index where XState generated the id, because a generated id differs in each run. */
export function childrenOf({ children }: AnyMachineSnapshot): [string, AnyActorRef][] {
  const refs: (AnyActorRef | undefined)[] = Object.values(children)
  return refs.flatMap((child, place) => (child ? [[isGenerated(child.id) ? `${place}` : child.id, child]] : []))
}

export const isGenerated = (id: string): boolean => /^x:\d+$/.test(id)

type StateOptions = {
  /** Children that count by name although the chart does not name them: those of the initial state. */
  named?: ReadonlySet<string>
  scheduled: readonly { target: AnyActorRef; event: AnyEventObject }[]
}

/**
 * A key that is equal for states that the search need not distinguish: state value, history targets, delayed events and the same of
 * each child. Several spawned children of one kind count as one, unless the chart names them.
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
    [id, ...uniqueSorted(nodes.map((node) => node.id))].join(),
  )
  const delayed = scheduled.filter(({ target }) => target === ref).map(({ event }) => event.type)
  return JSON.stringify([textOf(value), status, uniqueSorted(history), uniqueSorted(delayed), uniqueSorted(children)])
}

/** A text of a state value that does not depend on the order of its parallel parts. */
export function textOf(value: StateValue): string {
  return typeof value === 'string' ? value : JSON.stringify(sortKeys(value))
}

function sortKeys(value: StateValue): StateValue {
  if (typeof value === 'string') return value
  const parts = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(parts.map(([key, part]) => [key, part && sortKeys(part)]))
}

/** The actor ids that a chart names: in its invokes and in its actor events. */
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

const uniqueSorted = (texts: readonly string[]): string[] => [...new Set(texts)].toSorted()

function isMachineSnapshot(snapshot: unknown): snapshot is AnyMachineSnapshot {
  return typeof snapshot === 'object' && snapshot !== null && 'machine' in snapshot && 'children' in snapshot
}
