import { InDoubtError } from '../base/not-sent-errors.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { Intent } from './intent.ts'
import type { InFlight, Lane } from './lane.ts'

export type InFlightView = Pick<Lane, 'idle'> & { inFlight: () => readonly InFlight[] }

/**
 * Waits until nothing that matches is in flight, but for what only a wallet knows: a wallet was asked to send it and never said
 * whether it did, and that may last for ever.
 *
 * @returns what only a wallet knows
 */
export async function idleButForDoubt(
  lane: InFlightView,
  matches: (intent: Intent) => boolean,
  signal?: AbortSignal,
): Promise<Intent[]> {
  const inDoubt = (): Intent[] =>
    lane.inFlight().flatMap(({ intent, unresolved }) => (unresolved && matches(intent) ? [intent] : []))
  await lane.idle((intent) => matches(intent) && !inDoubt().includes(intent), signal)
  return inDoubt()
}

/** Waits until nothing about a sub-account is in flight. @throws InDoubtError where only a wallet knows what is */
export async function accountIdle(lane: InFlightView, id: SubAccountId, signal?: AbortSignal): Promise<void> {
  const [first] = await idleButForDoubt(lane, (intent) => isAbout(intent, id), signal)
  if (first) throw new InDoubtError({ operation: first.call.method })
}

/** Whether an intent touches a sub-account. */
export function isAbout({ touches }: Intent, id: SubAccountId): boolean {
  return touches.some((one) => keyOf(one) === keyOf(id))
}
