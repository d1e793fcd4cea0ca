import { InDoubtError } from '../base/not-sent-errors.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { Intent } from './intent.ts'
import type { InFlight, Lane } from './lane.types.ts'

export type InFlightView = Pick<Lane, 'idle'> & { inFlight: () => readonly InFlight[] }

/**
 * Waits until nothing that matches is in flight, but for what only a person can tell the outcome of: that may last for ever.
 *
 * @returns what is in doubt
 */
export async function idleButForDoubt(
  lane: InFlightView,
  matches: (intent: Intent) => boolean,
  signal?: AbortSignal,
): Promise<InFlight[]> {
  const doubts = (): InFlight[] => lane.inFlight().filter(({ intent, inDoubt }) => inDoubt && matches(intent))
  await lane.idle((intent) => matches(intent) && !doubts().some((one) => one.intent === intent), signal)
  return doubts()
}

/** Waits until nothing about a sub-account is in flight. @throws InDoubtError where only a person can tell what became of it */
export async function accountIdle(lane: InFlightView, id: SubAccountId, signal?: AbortSignal): Promise<void> {
  throwIfInDoubt(await idleButForDoubt(lane, (intent) => isAbout(intent, id), signal))
}

/** @param operation of the call that cannot go on; that of the transaction by default */
export function throwIfInDoubt(flights: readonly InFlight[], operation?: string): void {
  const first = flights.find(({ inDoubt }) => inDoubt)
  if (!first) return
  throw new InDoubtError({ operation: operation ?? first.intent.call.method, isSent: !first.unresolved })
}

/** Whether an intent touches a sub-account. */
export function isAbout({ touches }: Intent, id: SubAccountId): boolean {
  return touches.some((one) => keyOf(one) === keyOf(id))
}
