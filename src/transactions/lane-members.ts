import type { InspectionEvent } from 'xstate'
import type { Inspect } from '../base/inspection.ts'
import type { LaneOptions } from './lane.ts'
import { createMemberPort } from './member-port.ts'

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
export function sharedOptions(members: LaneMembers): LaneMemberOptions {
  const { lead, all } = members
  const { journal, maxFeePerGas, sendTimeoutMs, gasMark, looksLate } = lead()
  return {
    port: createMemberPort(members),
    logger: following(() => lead().logger),
    clock: following(() => lead().clock),
    journal,
    maxFeePerGas,
    gasMark,
    looksLate,
    sendTimeoutMs,
    blockTimeMs: () => lead().blockTimeMs(),
    onMined: (block) => all().forEach((member) => member.onMined(block)),
    onChange: (transaction) => all().forEach((member) => member.onChange(transaction)),
    onQuiet: () => all().forEach((member) => member.onQuiet?.()),
    onClosingBegun: () => all().forEach((member) => member.onClosingBegun?.()),
    onClosingEnded: (end) => all().forEach((member) => member.onClosingEnded?.(end)),
    onAppend: (ms) => all().forEach((member) => member.onAppend?.(ms)),
    onRestored: (actors) => all().forEach((member) => member.onRestored?.(actors)),
    onOpen() {
      // Each member is marked first: one of them may ask for the lane while another one takes up its claims.
      for (const member of all()) member.isRestored = true
      for (const member of all()) member.onOpen?.()
    },
    inspected() {
      // A member whose inspector comes later finds the actor among the running ones.
      const inspectors = all().flatMap(({ inspected }) => inspected?.().inspect ?? [])
      return inspectors.length === 0 ? {} : { inspect: (event) => inspectors.forEach((one) => tell(one, event)) }
    },
  } satisfies EachOption
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
