import type { StateValue } from 'xstate'
import { InvalidInputError } from '../base/errors.ts'
import { isPromise, describeValue } from '../base/describe-value.ts'

type Matched = { pass: boolean; message: () => string }

/**
 * Matchers for vitest and jest: `expect.extend(matchers)`. What they cannot look at they refuse, after `.not` too: a
 * promise that nobody awaited is in no state.
 */
export const matchers = {
  /** An actor, or a snapshot of one, is in a state: `'funded'`, `{ refunding: 'locked' }`; `'refunding'` for any of its. */
  toBeInState(received: unknown, state: StateValue): Matched {
    const snapshot = snapshotOf(received)
    if (!isMachineSnapshot(snapshot))
      throw refused('toBeInState', 'an actor of a machine or a snapshot of one', received)
    const pass = snapshot.matches(state)
    const expected = `expected ${pass ? 'not to be in the state' : 'the state'} ${JSON.stringify(state)}`
    return { pass, message: () => `${expected}; this is in ${JSON.stringify(snapshot.value)}` }
  },
  /**
   * An auto-funding actor, its status or a decision holds, for this reason: `'ledger-short'`, `'refund-pending'` …; a list
   * or a plan may stand for the one that is in it. While an actor tops up its reason is null, where a plan says
   * `'in-flight'`.
   */
  toHold(received: unknown, reason: string): Matched {
    const holder = holderOf(received)
    if (!holder) throw refused('toHold', 'an actor of auto-funding, its status or a decision', received)
    const pass = holder.reason === reason
    const expected = `expected ${pass ? 'not ' : ''}to hold with the reason ${JSON.stringify(reason)}`
    return { pass, message: () => `${expected}; ${told(holder)}` }
  },
}

type MachineSnapshot = { value: StateValue; context: unknown; matches(state: StateValue): boolean }

/** Whatever may have a reason for doing nothing. */
type Holder = { reason?: unknown; state?: unknown; action?: unknown }

function snapshotOf(received: unknown): unknown {
  const isActor = typeof received === 'object' && received !== null && 'getSnapshot' in received
  return isActor && typeof received.getSnapshot === 'function' ? received.getSnapshot() : received
}

function isMachineSnapshot(snapshot: unknown): snapshot is MachineSnapshot {
  const isSnapshot = typeof snapshot === 'object' && snapshot !== null && 'matches' in snapshot && 'value' in snapshot
  return isSnapshot && typeof snapshot.matches === 'function'
}

function holderOf(received: unknown): Holder | null {
  const snapshot = snapshotOf(received)
  const list = listIn(snapshot)
  if (list) return list.length === 1 ? holderOf(list[0]) : null
  if (isMachineSnapshot(snapshot)) {
    const { context, value } = snapshot
    const isObject = typeof context === 'object' && context !== null
    // Transactions have reasons, too, of another kind.
    if (!isObject || !('reason' in context && 'lastTopUp' in context)) return null
    return { reason: context.reason, state: value }
  }
  const isHolder = typeof snapshot === 'object' && snapshot !== null && ('reason' in snapshot || 'action' in snapshot)
  return isHolder ? snapshot : null
}

/** Statuses and decisions come in lists, and those in a plan. */
function listIn(received: unknown): readonly unknown[] | null {
  const isPlan = typeof received === 'object' && received !== null && 'decisions' in received
  const list = isPlan ? received.decisions : received
  return Array.isArray(list) ? list : null
}

function told({ reason = null, state, action = 'hold' }: Holder): string {
  if (action !== 'hold') return `there is none, it is to ${String(action)}`
  if (state === undefined) return `the reason is ${JSON.stringify(reason)}`
  const asPlanned = state === 'toppingUp' ? ', which a plan calls "in-flight"' : ''
  return `the reason is ${JSON.stringify(reason)} in the state ${JSON.stringify(state)}${asPlanned}`
}

/** Thrown, so that `.not` does not turn it into a success. */
function refused(matcher: string, subject: string, received: unknown): InvalidInputError {
  const list = listIn(received)
  return new InvalidInputError(`${matcher} looks at ${subject}.`, {
    received: list ? `a list of ${list.length}` : describeValue(received),
    do: isPromise(received) ? 'await it first' : list && list.length > 1 ? 'pick the one that is meant' : undefined,
  })
}
