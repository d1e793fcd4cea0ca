import type { StateValue } from 'xstate'

type Matched = { pass: boolean; message: () => string }

/** Matchers for vitest and jest: `expect.extend(matchers)`. */
export const matchers = {
  /** An actor, or a snapshot of one, is in a state: `'funded'`, `{ refunding: 'locked' }`; `'refunding'` for any of its. */
  toBeInState(received: unknown, state: StateValue): Matched {
    const snapshot = snapshotOf(received)
    if (!isMachineSnapshot(snapshot)) return failed(received, 'an actor of a machine')
    return {
      pass: snapshot.matches(state),
      message: () => `expected the state ${JSON.stringify(state)}; this is in ${JSON.stringify(snapshot.value)}`,
    }
  },
  /** An auto-funding actor, its status, or a decision holds, for this reason: `'ledger-short'`, `'refund-pending'` … */
  toHold(received: unknown, reason: string): Matched {
    const snapshot = snapshotOf(received)
    const holder = isMachineSnapshot(snapshot) ? snapshot.context : snapshot
    if (typeof holder !== 'object' || holder === null) return failed(received, 'an actor, a status or a decision')
    const found = 'reason' in holder ? holder.reason : null
    return {
      pass: found === reason,
      message: () =>
        `expected to hold with the reason ${JSON.stringify(reason)}; the reason is ${JSON.stringify(found)}`,
    }
  },
}

type MachineSnapshot = { value: StateValue; context: unknown; matches(state: StateValue): boolean }

function snapshotOf(received: unknown): unknown {
  const isActor = typeof received === 'object' && received !== null && 'getSnapshot' in received
  return isActor && typeof received.getSnapshot === 'function' ? received.getSnapshot() : received
}

function isMachineSnapshot(snapshot: unknown): snapshot is MachineSnapshot {
  return typeof snapshot === 'object' && snapshot !== null && 'matches' in snapshot && 'value' in snapshot
}

function failed(received: unknown, expected: string): Matched {
  return { pass: false, message: () => `expected ${expected}; this is ${String(received)}` }
}
