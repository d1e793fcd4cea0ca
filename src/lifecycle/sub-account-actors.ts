import type { ActorRefFrom, SnapshotFrom } from 'xstate'
import { subAccountMachine } from '../../machines/sub-account/sub-account.machine.ts'
import { facts, gradeAccount, readingFrom } from '../../machines/sub-account/sub-account.facts.ts'
import type { Fact } from '../../machines/sub-account/sub-account.types.ts'
import type { Position, ServiceType } from '../../machines/position.types.ts'
import type { Inspected } from '../base/inspection.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import { restingActorsOf } from './resting-actor.ts'

export type SubAccountActor = ActorRefFrom<typeof subAccountMachine>

const begin = restingActorsOf(subAccountMachine)

type Life = {
  id: SubAccountId
  chart: ReturnType<typeof begin>
  /** The last fact that its chart heard. */
  ended: Fact
}

/** One lifecycle actor per sub-account, kept in step with each position. */
export class SubAccountActors {
  readonly #lives = new Map<string, Life>()
  readonly #requiredOf: (id: SubAccountId) => bigint
  readonly #terms: { inspected: Inspected }

  constructor(requiredOf: (id: SubAccountId) => bigint, inspected: Inspected) {
    this.#requiredOf = requiredOf
    this.#terms = { inspected }
  }

  /** The actor of one sub-account; one that was never seen is in `none`. */
  get(provider: string, serviceType: ServiceType): SubAccountActor {
    return this.#lifeOf({ provider, serviceType }).chart.actor
  }

  all(): SubAccountActor[] {
    return Array.from(this.#lives.values(), ({ chart }) => chart.actor)
  }

  /** What all of them are in. Starts none. */
  snapshots(): SnapshotFrom<typeof subAccountMachine>[] {
    return Array.from(this.#lives.values(), ({ chart }) => chart.getSnapshot())
  }

  /** Tells each actor what the position states about it. */
  fold(position: Position): void {
    const accounts = new Map(position.subAccounts.map((account) => [keyOf(account), account]))
    for (const account of position.subAccounts) this.#lifeOf(account)
    for (const [key, life] of this.#lives) {
      const found = accounts.get(key)
      const required = this.#requiredOf(life.id)
      const reading = readingFrom(found, position.block.number, required)
      for (const event of facts(life.ended, reading, gradeAccount(found, required))) {
        life.chart.send(event)
        life.ended = event.type
      }
    }
  }

  stop(): void {
    for (const { chart } of this.#lives.values()) chart.stop()
  }

  #lifeOf({ provider, serviceType }: SubAccountId): Life {
    const id = { provider, serviceType }
    const key = keyOf(id)
    const known = this.#lives.get(key)
    if (known) return known
    const life: Life = { id, chart: begin(id, this.#terms), ended: 'account.gone' }
    this.#lives.set(key, life)
    return life
  }
}
