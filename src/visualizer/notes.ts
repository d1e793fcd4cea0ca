import type { Change } from './changes.ts'
import { amend, mutableStateOf } from './mutable-state.ts'
import type { Entry, Happening, State } from './protocol.ts'

/** Collects events, and numbers them. */
export type Notes = {
  /** The state with everything that was noted. */
  state(): State
  /** Milliseconds since 1970; it never goes back. */
  now(): number
  note(happening: Happening, change: Change): void
}

/**
 * Collects the events of a turn, and publishes them at its end in the order of cause and effect. The order in which
 * subscribers were called does not matter.
 */
export function createNotes(base: State, onEntry: (entry: Entry) => void): Notes {
  const current = mutableStateOf(base)
  const published = mutableStateOf(base)
  let pending: { happening: Happening; change: Change }[] = []
  let seq = 0
  let last = 0

  const now = () => (last = Math.max(last, Date.now()))
  return {
    state: () => current,
    now,
    note(happening, change) {
      if (pending.length === 0) queueMicrotask(publish)
      pending.push({ happening, change })
      amend(current, change(current))
    },
  }

  function publish(): void {
    const ordered = pending.toSorted((a, b) => rankOf(a.happening) - rankOf(b.happening))
    pending = []
    const at = now()
    for (const { happening, change } of ordered) {
      const patch = change(published)
      amend(published, patch)
      seq += 1
      onEntry({ seq, at, block: current.block, ...happening, patch })
    }
  }
}

/** The order of cause and effect: a position states facts, facts move lifecycles, then come the plan and auto-funding. */
function rankOf(happening: Happening): number {
  switch (happening.kind) {
    case 'failure':
    case 'fact':
      return 0
    case 'transition':
      return happening.machine === 'autoFunding' || happening.machine === 'autoDeposit'
        ? 3
        : happening.machine === 'transaction'
          ? 4
          : 1
    case 'decision':
    case 'deposit':
      return 2
    case 'transaction':
      return 4
    case 'control':
      return 5
    case 'position':
      return 6
    default:
      return happening satisfies never
  }
}
