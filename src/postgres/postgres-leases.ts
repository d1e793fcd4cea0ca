import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { pid } from 'node:process'
import { steadyClock, systemClock } from '../base/clock.ts'
import { inMs } from '../base/durations.ts'
import { safeLogger } from '../base/logger.ts'
import {
  InvalidInputError,
  JournalError,
  LeaseLostError,
  type ClaimRequest,
  type LeasedJournal,
  type Leases,
} from '../index.ts'
import { checkServer } from './check-server.ts'
import { createContact } from './contact.ts'
import { createDatabase } from './database.ts'
import { createFencedJournal, type FencedJournal } from './fenced-journal.ts'
import { createHeartbeat } from './heartbeat.ts'
import { createJournalLoads } from './journal-loads.ts'
import { createJournalStatements } from './journal-statements.ts'
import { createLeaseStatements, type HeldLease, type ListedLease } from './lease-statements.ts'
import { checkLeasesOptions, genesisBytes, walletBytes, type PostgresLeasesOptions } from './options.ts'
import { tablesIn } from './tables.ts'

const DEFAULT_LEASE_MS = 30_000
/** Heartbeats in one lease: two may fail before it is over. */
const BEATS = 3
const RETRY_MS = 250
const COMPACT_AFTER = 2_000

/** Leases in Postgres, with what the database says of them beyond the public type. */
export type PostgresLeases = Leases & {
  listed(chainId: bigint, wallets: readonly string[]): Promise<readonly ListedLease[]>
}

/**
 * The leases of wallets in a Postgres database that several machines share, with the journal of each. One object serves one process: all its
 * leases are kept by one statement each third of a lease.
 *
 * @example
 * await migrate({ pool })
 * const leases = postgresLeases({ pool })
 * const journals = await leases.claim({ chainId: 16661n, wallets, atMost: 500 })
 *
 * @throws InvalidInputError for options that cannot work
 */
export function postgresLeases(options: PostgresLeasesOptions): Leases {
  const { listed: _, ...leases } = openLeases(options)
  return leases
}

export function openLeases(options: PostgresLeasesOptions, compactAfter = COMPACT_AFTER): PostgresLeases {
  checkLeasesOptions(options)
  const { leaseMs = DEFAULT_LEASE_MS, holder = ownName(), ...times } = inMs(options)
  const logger = safeLogger(options.logger)
  const timeoutMs = times.timeoutMs ?? leaseMs / BEATS
  const tables = tablesIn(options.schema)
  const { run } = createDatabase(options.pool, { timeoutMs })
  const statements = createLeaseStatements(run, tables)
  const loadJournal = createJournalLoads(run, tables)
  const held = new Map<FencedJournal, HeldLease>()
  const clock = steadyClock(systemClock)
  /** Until when leases hold at least: counted from before the database was asked. */
  const heldUntil = new WeakMap<HeldLease, number>()
  const heartbeat = createHeartbeat({ everyMs: leaseMs / BEATS, retryMs: RETRY_MS, beat })
  const contact = createContact({ schema: tables.schema, logger, onLoss: heartbeat.hurry })
  let isChecked = false
  let isClosed = false

  return { holder, leaseMs, claim, list, listed, close }

  async function claim({ chainId, genesis, wallets, atMost = wallets.length }: ClaimRequest) {
    if (isClosed) throw new InvalidInputError('These leases are closed.', { holder })
    const names = new Map(wallets.map((wallet) => [walletBytes(wallet).toString('hex'), wallet]))
    if (atMost <= 0 || names.size === 0) return []
    const until = clock.now() + leaseMs
    const claimed = await answered(async () => {
      if (!isChecked) await checkServer(run, tables)
      isChecked = true
      return statements.claim({
        chainId,
        wallets: [...names.keys()].map((hex) => Buffer.from(hex, 'hex')),
        genesis: genesisBytes(genesis),
        holder,
        leaseMs,
        atMost,
      })
    })
    const journals = claimed.map(({ bytes, epoch }) =>
      journalOf({ chainId, wallet: names.get(bytes.toString('hex')) ?? '', bytes, epoch }, until),
    )
    heartbeat.start()
    // Closed meanwhile: nothing else would hand them back.
    if (isClosed) await Promise.all(journals.map((journal) => journal.close()))
    return journals
  }

  function journalOf(lease: HeldLease, until: number): LeasedJournal {
    heldUntil.set(lease, until)
    const journal = createFencedJournal({
      lease: { ...lease, holder },
      statements: createJournalStatements(run, tables, { ...lease, holder }, loadJournal),
      contact,
      bind: (genesis) => statements.bind(lease, { holder, genesis: genesisBytes(genesis) }),
      expiresInMs: () => Math.max(0, (heldUntil.get(lease) ?? 0) - clock.now()),
      renew: async () => (await renew([lease])).size === 1,
      async release() {
        held.delete(journal)
        // Where the database does not answer, the lease ends by itself.
        if (!contact.outage()) await statements.release(lease, holder).catch(contact.failed)
      },
      compactAfter,
      logger,
    })
    held.set(journal, lease)
    journal.lost.addEventListener('abort', () => held.delete(journal))
    return journal
  }

  /** Renews every lease. What the database does not renew is lost. */
  async function beat(): Promise<boolean> {
    const before = [...held]
    if (before.length === 0) heartbeat.stop()
    if (before.length === 0) return true
    try {
      const renewed = await renew(before.map(([, lease]) => lease))
      contact.succeeded()
      await lose(before.filter(([journal, lease]) => held.has(journal) && !renewed.has(lease)))
      return true
    } catch (error) {
      contact.lost(error)
      return false
    }
  }

  async function renew(leases: readonly HeldLease[]): Promise<ReadonlySet<HeldLease>> {
    const until = clock.now() + leaseMs
    const renewed = await statements.renew(leases, { holder, leaseMs })
    for (const lease of renewed) heldUntil.set(lease, until)
    return new Set(renewed)
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

  async function list(chainId: bigint) {
    const rows = await answered(() => statements.list(chainId))
    return rows.map(({ until: _until, genesis: _genesis, ...lease }) => lease)
  }

  function listed(chainId: bigint, wallets: readonly string[]) {
    return answered(() => statements.list(chainId, wallets.map(walletBytes)))
  }

  async function answered<T>(statement: () => Promise<T>): Promise<T> {
    try {
      const answer = await statement()
      contact.succeeded()
      return answer
    } catch (error) {
      throw error instanceof JournalError ? error : contact.failed(error)
    }
  }

  async function close(): Promise<void> {
    isClosed = true
    heartbeat.stop()
    await Promise.all([...held.keys()].map((journal) => journal.close()))
  }
}

/** Host and process id for people; the random part tells two containers apart that have both in common. */
function ownName(): string {
  return `${hostname()}/${pid}/${randomBytes(4).toString('hex')}`
}
