import { isMachineSnapshot, type AnyMachineSnapshot } from 'xstate'

/** What snapshots of a chart in the same states hold alike. Neither XState nor a reader of a snapshot changes it. */
type Parts = Pick<AnyMachineSnapshot, '_nodes' | 'tags' | 'children' | 'historyValue'>

/**
 * Lets the snapshots of one chart hold once what they have in common. XState makes lists and sets anew with each snapshot, most of them
 * empty: of thousands that rest, these would be most of the memory.
 */
export function createCommonParts(): { share<State>(state: State): State } {
  const known: Parts[] = []
  return {
    share(state) {
      if (!isMachineSnapshot(state)) return state
      const { _nodes: nodes, tags, children, historyValue } = state
      // The actors that a chart has begun are its own, and so are the states that it goes back to.
      if (Object.keys({ ...children, ...historyValue }).length > 0) return state
      const found = known.find(({ _nodes: others }) => isSame(nodes, others))
      if (!found) known.push({ _nodes: nodes, tags, children, historyValue })
      return Object.assign(state, found)
    },
  }
}

function isSame<T>(one: readonly T[], other: readonly T[]): boolean {
  return one.length === other.length && one.every((node, at) => node === other[at])
}
