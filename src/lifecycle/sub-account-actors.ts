import { createActor, type ActorRefFrom } from 'xstate'
import { subAccountMachine } from '../../machines/sub-account/sub-account.machine.ts'
import { facts, gradeAccount, readingFrom, subAccountIn } from '../../machines/sub-account/sub-account.facts.ts'
import type { Fact } from '../../machines/sub-account/sub-account.types.ts'
import type { Position, ServiceType } from '../../machines/position.types.ts'
import type { Inspected } from '../base/inspection.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'

export type SubAccountActor = ActorRefFrom<typeof subAccountMachine>

/** One lifecycle actor per sub-account, kept in step with each position. */
export function createSubAccountActors(requiredOf: (id: SubAccountId) => bigint, inspected: Inspected) {
  const actors = new Map<string, { id: SubAccountId; actor: SubAccountActor; ended: Fact }>()

  return {
    /** The actor of one sub-account; one that was never seen is in `none`. */
    get: (provider: string, serviceType: ServiceType): SubAccountActor => entry({ provider, serviceType }).actor,
    all: (): SubAccountActor[] => [...actors.values()].map(({ actor }) => actor),
    /** Tells each actor what the position states about it. */
    fold(position: Position): void {
      for (const account of position.subAccounts) entry(account)
      for (const one of actors.values()) {
        const found = subAccountIn(position, one.id)
        const required = requiredOf(one.id)
        const reading = readingFrom(found, position.block.number, required)
        for (const event of facts(one.ended, reading, gradeAccount(found, required))) {
          one.actor.send(event)
          one.ended = event.type
        }
      }
    },
    stop(): void {
      for (const { actor } of actors.values()) actor.stop()
    },
  }

  function entry({ provider, serviceType }: SubAccountId) {
    const id = { provider, serviceType }
    const key = keyOf(id)
    const known = actors.get(key)
    if (known) return known
    const actor = createActor(subAccountMachine, { input: id, ...inspected() }).start()
    const created = { id, actor, ended: 'account.gone' as Fact }
    actors.set(key, created)
    return created
  }
}
