import type { InspectionEvent } from 'xstate'
import type { Clock } from '../base/clock.ts'
import type { Inspect, Inspected } from '../base/inspection.ts'
import type { Logger } from '../base/logger.ts'
import type { TransactionPort } from '../chain/port.ts'
import type { ClosingEnd } from './closing-request.ts'
import type { Journal } from './journal.types.ts'
import type { LaneOptions } from './lane.types.ts'
import { createMemberPort } from './member-port.ts'
import type { TransactionActor } from './tracked-transaction.ts'

/** What a broker gives to a lane that it shares, and what it hears of it. */
export type LaneMemberOptions = LaneOptions & {
  /** Hears how many milliseconds each append to the journal took. */
  onAppend?: (ms: number) => void
}

export type LaneMember = LaneMemberOptions & {
  /** It knows what the journal held when it was opened. */
  isRestored: boolean
}

/** The brokers that share one lane, oldest first. */
export type LaneMembers = {
  /** The oldest broker, whose signer, clock and logger the lane uses; once all have left, the last one. */
  lead(): LaneMember
  all(): readonly LaneMember[]
  add(member: LaneMember): void
  remove(member: LaneMember): void
}

export function createLaneMembers(first: LaneMember): LaneMembers {
  let members: readonly LaneMember[] = [first]
  let lead = first

  return {
    lead: () => lead,
    all: () => members,
    add(member) {
      if (!members.includes(member)) members = [...members, member]
    },
    remove(member) {
      members = members.filter((one) => one !== member)
      lead = members[0] ?? lead
    },
  }
}

/** Each option by its name, so that none is left out by mistake. */
type EachOption = { [Name in keyof Required<LaneMemberOptions>]: LaneMemberOptions[Name] }

/** The options of the lane itself: it asks their nodes, uses the oldest broker's clock and logger, and tells all of them. */
export class SharedOptions implements EachOption {
  readonly #members: LaneMembers
  readonly port: TransactionPort
  readonly logger: Logger
  readonly clock: Clock
  readonly maxFeePerGas: bigint | null
  readonly sendTimeoutMs: number | undefined
  readonly gasMark: number | undefined
  readonly looksLate: boolean | undefined
  journal: Journal

  constructor(members: LaneMembers) {
    const { journal, maxFeePerGas, sendTimeoutMs, gasMark, looksLate } = members.lead()
    this.#members = members
    this.port = createMemberPort(members)
    this.logger = following(() => members.lead().logger)
    this.clock = following(() => members.lead().clock)
    this.maxFeePerGas = maxFeePerGas
    this.sendTimeoutMs = sendTimeoutMs
    this.gasMark = gasMark
    this.looksLate = looksLate
    this.journal = journal
  }

  blockTimeMs(): number {
    return this.#members.lead().blockTimeMs()
  }

  onMined(...of: Parameters<LaneOptions['onMined']>): void {
    for (const member of this.#members.all()) member.onMined(...of)
  }

  onChange(...of: Parameters<LaneOptions['onChange']>): void {
    for (const member of this.#members.all()) member.onChange(...of)
  }

  onQuiet(): void {
    for (const member of this.#members.all()) member.onQuiet?.()
  }

  onClosingBegun(): void {
    for (const member of this.#members.all()) member.onClosingBegun?.()
  }

  onClosingEnded(end: ClosingEnd): void {
    for (const member of this.#members.all()) member.onClosingEnded?.(end)
  }

  onAppend(ms: number): void {
    for (const member of this.#members.all()) member.onAppend?.(ms)
  }

  onRestored(actors: readonly TransactionActor[]): void {
    for (const member of this.#members.all()) member.onRestored?.(actors)
  }

  onOpen(): void {
    // Each member is marked first: one of them may ask for the lane while another one takes up its claims.
    for (const member of this.#members.all()) member.isRestored = true
    for (const member of this.#members.all()) member.onOpen?.()
  }

  inspected(): ReturnType<Inspected> {
    // A member whose inspector comes later finds the actor among the running ones.
    const inspectors = this.#members.all().flatMap(({ inspected }) => inspected?.().inspect ?? [])
    return inspectors.length === 0 ? {} : { inspect: (event) => inspectors.forEach((one) => tell(one, event)) }
  }
}

function tell(inspector: Inspect, event: InspectionEvent): void {
  if (typeof inspector === 'function') inspector(event)
  else inspector.next?.(event)
}

/** A proxy that looks each member up in the present object, also where that is frozen. */
function following<T extends object>(present: () => T): T {
  // A proxy must show the fixed members of its target as they are: this target has none.
  return new Proxy({} as T, new Following(present))
}

class Following<T extends object> implements ProxyHandler<T> {
  readonly #present: () => T

  constructor(present: () => T) {
    this.#present = present
  }

  get(_: T, name: string | symbol): unknown {
    const value: unknown = Reflect.get(this.#present(), name)
    if (typeof value !== 'function') return value
    return (...args: unknown[]): unknown => {
      const object = this.#present()
      const method: unknown = Reflect.get(object, name)
      return typeof method === 'function' ? Reflect.apply(method, object, args) : undefined
    }
  }

  has(_: T, name: string | symbol): boolean {
    return Reflect.has(this.#present(), name)
  }

  ownKeys(): (string | symbol)[] {
    return Reflect.ownKeys(this.#present())
  }

  getOwnPropertyDescriptor(target: T, name: string | symbol): PropertyDescriptor | undefined {
    const own = Reflect.getOwnPropertyDescriptor(this.#present(), name)
    return (
      own && { value: this.get(target, name), enumerable: own.enumerable ?? false, configurable: true, writable: true }
    )
  }
}
