import { linkSignals } from '../base/abortable.ts'
import { AbortedError } from '../base/errors.ts'
import type { AccountLocks } from './account-locks.ts'
import type { Lane } from './lane.ts'
import type { Journal } from './journal.types.ts'
import type { LaneMember, LaneMembers } from './lane-members.ts'
import type { OpenClaims } from './workflows.ts'

/** One wallet's lane and account locks, for every broker of this process that has its journal in one place. */
export type SharedLane = {
  lane: Lane
  locks: AccountLocks
  members: LaneMembers
  /** The journal that the lane uses: the first broker's. */
  journal: Journal
}

/**
 * A broker's share of a lane: closing it ends the broker's own waits and sends nothing more for it. The lane goes on for the
 * other brokers, and follows what this one has sent; the oldest of them takes up the claims that it leaves open.
 *
 * @param closeLane called where the last share is closed
 */
export function createLaneShare(
  shared: SharedLane,
  member: LaneMember,
  closeLane: () => Promise<void>,
): Pick<SharedLane, 'lane' | 'locks'> {
  const { lane, locks, members } = shared
  const left = new AbortController()
  /** Claims that this broker brings to their end, by id. */
  const own = new Set<string>()
  let closing: Promise<void> | null = null

  return {
    lane: {
      ...lane,
      async open() {
        throwIfLeft()
        await lane.open()
        if (!left.signal.aborted && !member.isRestored) takeUp()
      },
      async submit(intent, { signal, ...how } = {}) {
        throwIfLeft()
        return whileOpen(signal, (either) => lane.submit(intent, { ...how, signal: either, until: left.signal }))
      },
      // The position is of this broker's node: another broker's may be behind it, or down.
      confirm: (block, wallet, port = member.port) => lane.confirm(block, wallet, port),
      idle: (matches, signal) => whileOpen(signal, (either) => lane.idle(matches, either)),
      workflows: { ...lane.workflows, claims: claimsOf(lane.workflows.claims) },
      close: () => (closing ??= close()),
    },
    locks: {
      ...locks,
      exclusive: (id, work, how) => whileOpen(how?.signal, (signal) => locks.exclusive(id, work, { ...how, signal })),
      exclusiveAll: (ids, work, how) =>
        whileOpen(how?.signal, (signal) => locks.exclusiveAll(ids, work, { ...how, signal })),
      after: (ids, work, signal) => whileOpen(signal, (either) => locks.after(ids, work, either)),
    } satisfies AccountLocks,
  }

  /** Tells the broker what the lane knows already: an earlier broker has opened the journal. */
  function takeUp(): void {
    member.isRestored = true
    const actors = lane.transactions()
    const { inspect } = member.inspected?.() ?? {}
    if (inspect) for (const actor of actors) actor.system.inspect(inspect)
    member.onRestored?.(actors)
    const block = lane.latestBlock()
    if (block !== null) member.onMined(block)
    member.onOpen?.()
  }

  function claimsOf(claims: OpenClaims): OpenClaims {
    return {
      ...claims,
      async begin(claim) {
        throwIfLeft()
        await claims.begin(claim)
      },
      async end(id) {
        throwIfLeft()
        await claims.end(id)
      },
      underway: {
        has: claims.underway.has,
        add(id) {
          own.add(id)
          claims.underway.add(id)
        },
        delete(id) {
          // After this broker has left, another one may have taken the claim up.
          if (own.delete(id)) claims.underway.delete(id)
        },
      },
    }
  }

  /** Work that ends by a signal ends also where this broker leaves. */
  async function whileOpen<T>(signal: AbortSignal | undefined, work: (either: AbortSignal) => Promise<T>): Promise<T> {
    const linked = linkSignals([signal, left.signal])
    try {
      return await work(linked.signal)
    } finally {
      linked.release()
    }
  }

  function throwIfLeft(): void {
    if (left.signal.aborted) throw new AbortedError('The broker is closed; nothing was sent.')
  }

  async function close(): Promise<void> {
    const isLast = members.all().every((one) => one === member)
    members.remove(member)
    // The lane itself ends what waits for it.
    if (isLast) return closeAll()
    left.abort()
    for (const id of own) lane.workflows.claims.underway.delete(id)
    own.clear()
    // An outage of the journal passes, and claims wait for its end: only where it lasts, the next process takes them up.
    if (lane.lastingRefusal() === null) members.lead().onOpen?.()
    await closeUnused()
  }

  async function closeAll(): Promise<void> {
    await Promise.all([closeLane(), closeUnused()])
  }

  /** A journal that this broker brought, where the lane uses that of another one. */
  async function closeUnused(): Promise<void> {
    if (member.journal !== shared.journal) await member.journal.close()
  }
}
