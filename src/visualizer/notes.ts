import type { Change } from './changes.ts'
import { amend, mutableStateOf } from './mutable-state.ts'
import type { Entry, Happening, State } from './protocol.ts'

/** Where everything that happens is noted. */
export type Notes = {
  /** With all that was noted. */
  state(): State
  /** Milliseconds since 1970; it never goes back. */
  now(): number
  note(happening: Happening, change: Change): void
}

/**
 * Numbers what is noted, and tells it together at the end of the turn in which it happened: in the order in which it makes
 * sense, whoever heard of it first.
 */
export function createNotes(base: State, onEntry: (entry: Entry) => void): Notes {
  const noted = mutableStateOf(base)
  const told = mutableStateOf(base)
  let pending: { happening: Happening; change: Change }[] = []
  let seq = 0
  let last = 0

  const now = () => (last = Math.max(last, Date.now()))
  return {
    state: () => noted,
    now,
    note(happening, change) {
      if (pending.length === 0) queueMicrotask(tell)
      pending.push({ happening, change })
      amend(noted, change(noted))
    },
  }

  function tell(): void {
    const happened = pending.toSorted((a, b) => rankOf(a.happening) - rankOf(b.happening))
    pending = []
    const at = now()
    for (const { happening, change } of happened) {
      const patch = change(told)
      amend(told, patch)
      seq += 1
      onEntry({ seq, at, block: noted.block, ...happening, patch })
    }
  }
}

/** A position states facts, those move what they are about, the plan is made of that, and auto-funding follows it. */
function rankOf(happening: Happening): number {
  switch (happening.kind) {
    case 'failure':
    case 'fact':
      return 0
    case 'transition':
      return happening.machine === 'autoFunding' ? 3 : happening.machine === 'transaction' ? 4 : 1
    case 'decision':
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
