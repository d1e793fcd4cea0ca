import type { Clock } from '../base/clock.ts'
import { LeaseLostError } from '../index.ts'
import type { Contact } from './contact.ts'
import type { FencedJournal } from './fenced-journal.ts'
import { createHeartbeat } from './heartbeat.ts'
import type { HeldLease, LeaseStatements, ListedLease } from './lease-statements.ts'

/** Heartbeats in one lease: two may fail before it is over. */
export const BEATS = 3
const RETRY_MS = 250
/** A record that is being appended locks its wallet's row for some milliseconds. */
const MOST_TRIES = 3

/** The leases that this process has: one statement each third of a lease keeps all of them. */
export type LeaseKeeping = {
  /** @param until when the lease holds at least, by this process's clock: counted from before the database was asked */
  add(journal: FencedJournal, lease: HeldLease, until: number): void
  drop(journal: FencedJournal): void
  journals(): FencedJournal[]
  /** Extends one lease now. @returns whether this process still has it */
  renew(lease: HeldLease): Promise<boolean>
  /** For how long a lease holds at least, in milliseconds. */
  expiresInMs(lease: HeldLease): number
  start(): void
  /** Beats soon: the database has just been lost. */
  hurry(): void
  stop(): void
}

export type LeaseKeepingOptions = {
  statements: Pick<LeaseStatements, 'renew'>
  listed: (chainId: bigint, wallets: readonly string[]) => Promise<readonly ListedLease[]>
  contact: () => Pick<Contact, 'succeeded' | 'lost'>
  holder: string
  leaseMs: number
  clock: Pick<Clock, 'now'>
}

export function createLeaseKeeping(options: LeaseKeepingOptions): LeaseKeeping {
  const { statements, listed, contact, holder, leaseMs, clock } = options
  const held = new Map<FencedJournal, HeldLease>()
  const heldUntil = new WeakMap<HeldLease, number>()
  const heartbeat = createHeartbeat({ everyMs: leaseMs / BEATS, retryMs: RETRY_MS, beat })

  return {
    ...heartbeat,
    add(journal, lease, until) {
      heldUntil.set(lease, until)
      held.set(journal, lease)
      journal.lost.addEventListener('abort', () => held.delete(journal))
    },
    drop: (journal) => void held.delete(journal),
    journals: () => [...held.keys()],
    renew: async (lease) => (await renew([lease])).size === 1,
    expiresInMs: (lease) => Math.max(0, (heldUntil.get(lease) ?? 0) - clock.now()),
  }

  /** Renews every lease. What the database does not renew is lost. */
  async function beat(): Promise<boolean> {
    const before = [...held]
    if (before.length === 0) heartbeat.stop()
    if (before.length === 0) return true
    try {
      const renewed = await renew(before.map(([, lease]) => lease))
      contact().succeeded()
      await lose(before.filter(([journal, lease]) => held.has(journal) && !renewed.has(lease)))
      return true
    } catch (error) {
      contact().lost(error)
      return false
    }
  }

  async function renew(leases: readonly HeldLease[]): Promise<ReadonlySet<HeldLease>> {
    const own = new Set<HeldLease>()
    let left = leases
    for (let tries = 0; tries < MOST_TRIES && left.length > 0; tries += 1) {
      const until = clock.now() + leaseMs
      const { renewed, busy } = await statements.renew(left, { holder, leaseMs })
      for (const lease of renewed) heldUntil.set(lease, until)
      for (const lease of [...renewed, ...busy]) own.add(lease)
      left = busy
    }
    return own
  }

  async function lose(gone: readonly [FencedJournal, HeldLease][]): Promise<void> {
    for (const [journal, { chainId, wallet, epoch }] of gone) {
      const [now] = await listed(chainId, [wallet]).catch(() => [])
      journal.lose(
        new LeaseLostError({
          wallet,
          epoch: String(epoch),
          holder: now?.holder ?? undefined,
          until: now?.until ?? undefined,
        }),
      )
    }
  }
}
