import { createActor, type ActorRefFrom } from 'xstate'
import type { Position, ServiceType } from '../../machines/position.types.ts'
import { facts, gradeAccount, readingFrom, subAccountIn } from '../../machines/sub-account/sub-account.facts.ts'
import { subAccountMachine } from '../../machines/sub-account/sub-account.machine.ts'
import type { Fact } from '../../machines/sub-account/sub-account.types.ts'
import type { Inspected } from '../base/inspection.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'

export type SubAccountActor = ActorRefFrom<typeof subAccountMachine>

export type SubAccountActors = {
  /** The actor of one sub-account; one that no position has shown is in `none`. */
  get(provider: string, serviceType: ServiceType): SubAccountActor
  all(): SubAccountActor[]
  /** Tells each actor the facts of the position about its sub-account. */
  fold(position: Position): void
  stop(): void
}

/** One lifecycle actor per sub-account that a position has shown, or that a caller asked for. */
export function createSubAccountActors(
  requiredOf: (id: SubAccountId) => bigint,
  inspected: Inspected,
): SubAccountActors {
  const lifecycles = new Map<string, Lifecycle>()

  return {
    get: (provider, serviceType) => lifecycleOf({ provider, serviceType }).actor,
    all: () => [...lifecycles.values()].map(({ actor }) => actor),
    fold(position) {
      for (const account of position.subAccounts) lifecycleOf(account)
      for (const lifecycle of lifecycles.values()) {
        const found = subAccountIn(position, lifecycle.id)
        const required = requiredOf(lifecycle.id)
        const reading = readingFrom(found, position.block.number, required)
        for (const event of facts(lifecycle.last, reading, gradeAccount(found, required))) {
          lifecycle.actor.send(event)
          lifecycle.last = event.type
        }
      }
    },
    stop() {
      for (const { actor } of lifecycles.values()) actor.stop()
    },
  }

  function lifecycleOf({ provider, serviceType }: SubAccountId): Lifecycle {
    const id = { provider, serviceType }
    const known = lifecycles.get(keyOf(id))
    if (known) return known
    const actor = createActor(subAccountMachine, { input: id, ...inspected() }).start()
    const lifecycle: Lifecycle = { id, actor, last: 'account.gone' }
    lifecycles.set(keyOf(id), lifecycle)
    return lifecycle
  }
}

/** `last` is the fact that the last reading ended in. */
type Lifecycle = { readonly id: SubAccountId; readonly actor: SubAccountActor; last: Fact }
