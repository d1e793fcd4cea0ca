import type { ActorRefFrom, SnapshotFrom } from 'xstate'
import { subAccountMachine } from '../../machines/sub-account/sub-account.machine.ts'
import { facts, gradeAccount, readingFrom } from '../../machines/sub-account/sub-account.facts.ts'
import type { Fact } from '../../machines/sub-account/sub-account.types.ts'
import type { Position, ServiceType, SubAccountPosition } from '../../machines/position.types.ts'
import type { Inspected } from '../base/inspection.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import { restingActorsOf } from './resting-actor.ts'

export type SubAccountActor = ActorRefFrom<typeof subAccountMachine>

const begin = restingActorsOf(subAccountMachine)

type Life = {
  id: SubAccountId
  chart: ReturnType<typeof begin>
  /** The last fact that a reading ended in. */
  ended: Fact
  /** Where it is in the position that is being folded. */
  found: SubAccountPosition | undefined
  /** In the newest reading, where its chart did not hear of it; null where it did. */
  unheard: SubAccountPosition | null
  /** Of that reading. Kept here, since an object of its own for each reading would be most of what thousands of lives allocate. */
  unheardBlock: number
  unheardRequired: bigint
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
    return chartOf(this.#lifeOf({ provider, serviceType })).actor
  }

  all(): SubAccountActor[] {
    return Array.from(this.#lives.values(), (life) => chartOf(life).actor)
  }

  /** What all of them are in. Starts none. */
  snapshots(): SnapshotFrom<typeof subAccountMachine>[] {
    return Array.from(this.#lives.values(), (life) => chartOf(life).getSnapshot())
  }

  /** Tells each actor what the position states about it. */
  fold(position: Position): void {
    for (const account of position.subAccounts) this.#lifeOf(account).found = account
    for (const life of this.#lives.values()) {
      const { found } = life
      life.found = undefined
      foldInto(life, found, position.block.number, this.#requiredOf(life.id))
    }
  }

  stop(): void {
    for (const life of this.#lives.values()) chartOf(life).stop()
  }

  #lifeOf({ provider, serviceType }: SubAccountId): Life {
    const key = keyOf({ provider, serviceType })
    const known = this.#lives.get(key)
    if (known) return known
    const id = { provider, serviceType }
    const life: Life = {
      id,
      chart: begin(id, this.#terms),
      ended: 'account.gone',
      found: undefined,
      unheard: null,
      unheardBlock: 0,
      unheardRequired: 0n,
    }
    this.#lives.set(key, life)
    return life
  }
}

/**
 * Most readings change amounts alone. A chart that hears the same fact again only records its reading, so while it rests it hears the
 * newest one once something looks at it.
 */
function foldInto(life: Life, account: SubAccountPosition | undefined, block: number, required: bigint): void {
  const fact = gradeAccount(account, required)
  if (account && fact === life.ended && life.chart.isResting) {
    life.unheard = account
    life.unheardBlock = block
    life.unheardRequired = required
    return
  }
  life.unheard = null
  for (const event of facts(life.ended, readingFrom(account, block, required), fact)) life.chart.send(event)
  life.ended = fact
}

/** The chart of a sub-account, after it has heard the newest reading. */
function chartOf(life: Life): Life['chart'] {
  const { unheard, unheardBlock, unheardRequired } = life
  life.unheard = null
  if (unheard) life.chart.send({ type: life.ended, reading: readingFrom(unheard, unheardBlock, unheardRequired) })
  return life.chart
}
