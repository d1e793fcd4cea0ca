import type { StateValue } from 'xstate'
import { InvalidInputError } from '../base/errors.ts'
import { isPromise, describeValue } from '../base/describe-value.ts'

type Matched = { pass: boolean; message: () => string }

/**
 * Matchers for vitest and jest: `expect.extend(matchers)`. They throw for a value that they cannot inspect, such as a promise
 * without `await`, also after `.not`.
 */
export const matchers = {
  /** An actor or its snapshot is in a state: `'funded'`, `{ refunding: 'locked' }`; `'refunding'` matches its substates. */
  toBeInState(received: unknown, state: StateValue): Matched {
    const snapshot = snapshotOf(received)
    if (!isMachineSnapshot(snapshot))
      throw refusalOf('toBeInState', 'an actor of a machine or a snapshot of one', received)
    const pass = snapshot.matches(state)
    const expected = `expected ${pass ? 'not to be in the state' : 'the state'} ${JSON.stringify(state)}`
    return { pass, message: () => `${expected}; this is in ${JSON.stringify(snapshot.value)}` }
  },
  /**
   * An auto-funding actor, its status or a decision holds for this reason: `'ledger-short'`, `'refund-pending'` …. A list or a
   * plan with one entry stands for that entry. During a top-up the actor's reason is null, and the plan's is `'in-flight'`.
   */
  toHold(received: unknown, reason: string): Matched {
    const holder = holderOf(received)
    if (!holder) throw refusalOf('toHold', 'an actor of auto-funding, its status or a decision', received)
    const pass = holder.reason === reason
    const expected = `expected ${pass ? 'not ' : ''}to hold with the reason ${JSON.stringify(reason)}`
    return { pass, message: () => `${expected}; ${describeHolder(holder)}` }
  },
}

type MachineSnapshot = { value: StateValue; context: unknown; matches(state: StateValue): boolean }

/** A value that may have a hold reason. */
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
    // A transaction actor has a reason of another kind.
    if (!isObject || !('reason' in context && 'lastTopUp' in context)) return null
    return { reason: context.reason, state: value }
  }
  const isHolder = typeof snapshot === 'object' && snapshot !== null && ('reason' in snapshot || 'action' in snapshot)
  return isHolder ? snapshot : null
}

/** The list of statuses, of decisions, or in a plan; null for another value. */
function listIn(received: unknown): readonly unknown[] | null {
  const isPlan = typeof received === 'object' && received !== null && 'decisions' in received
  const list = isPlan ? received.decisions : received
  return Array.isArray(list) ? list : null
}

function describeHolder({ reason = null, state, action = 'hold' }: Holder): string {
  if (action !== 'hold') return `there is no reason, the action is ${String(action)}`
  if (state === undefined) return `the reason is ${JSON.stringify(reason)}`
  const asPlanned = state === 'toppingUp' ? ', which a plan calls "in-flight"' : ''
  return `the reason is ${JSON.stringify(reason)} in the state ${JSON.stringify(state)}${asPlanned}`
}

/** The matcher throws this error, so that `.not` does not turn it into a success. */
function refusalOf(matcher: string, subject: string, received: unknown): InvalidInputError {
  const list = listIn(received)
  return new InvalidInputError(`${matcher} inspects ${subject}.`, {
    received: list ? `a list of ${list.length}` : describeValue(received),
    do: isPromise(received) ? 'await it first' : list && list.length > 1 ? 'pick one entry' : undefined,
  })
}
