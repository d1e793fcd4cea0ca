import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { pid } from 'node:process'
import { steadyClock, systemClock } from '../base/clock.ts'
import { inMs } from '../base/durations.ts'
import { safeLogger } from '../base/logger.ts'
import { withTimeout } from '../base/timeout.ts'
import {
  InvalidInputError,
  JournalError,
  type BudgetedLeases,
  type ClaimRequest,
  type CommonBudget,
  type LeasedJournal,
  type Leases,
} from '../index.ts'
import { createBatches } from './batches.ts'
import { checkServer } from './check-server.ts'
import { createContact } from './contact.ts'
import { createDatabase } from './database.ts'
import { createFencedJournal } from './fenced-journal.ts'
import { createJournalLoads } from './journal-loads.ts'
import { createJournalStatements } from './journal-statements.ts'
import { createKeptBudget, type KeptBudget } from './kept-budget.ts'
import { BEATS, createLeaseKeeping } from './lease-keeping.ts'
import { createLeaseStatements, type HeldLease, type ListedLease } from './lease-statements.ts'
import { checkBudget, checkLeasesOptions, genesisBytes, walletBytes, type PostgresLeasesOptions } from './options.ts'
import { createPaymentStatements } from './payment-statements.ts'
import { tablesIn } from './tables.ts'

const DEFAULT_LEASE_MS = 30_000
const COMPACT_AFTER = 2_000
/** Brokers that close together hand their leases back together. The last one waits for none. */
const RELEASE_WINDOW_MS = 100
/** During an outage the end waits no longer than this for the database to take leases back. */
const OUTAGE_MS = 2_000

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
  const waitMs = timeoutMs / 2
  const statements = createLeaseStatements(run, tables, { waitMs })
  const payments = createPaymentStatements(run, tables, { waitMs })
  const loadJournal = createJournalLoads(run, tables)
  const clock = steadyClock(systemClock)
  const keeping = createLeaseKeeping({ statements, listed, contact: () => contact, holder, leaseMs, clock })
  const contact = createContact({ schema: tables.schema, logger, onLoss: keeping.hurry })
  const release = createBatches<HeldLease, null>(
    { most: 5_000, windowMs: RELEASE_WINDOW_MS, isComplete: () => keeping.journals().length === 0 },
    async (gone) => {
      await statements.release(gone, holder)
      return gone.map(() => null)
    },
  )
  let isChecked = false
  let isClosed = false

  const leases = { holder, leaseMs, list, close }
  return { ...leases, listed, claim: (request) => claim(request, null), withBudget }

  function withBudget(terms: CommonBudget): BudgetedLeases {
    checkBudget(terms)
    const budget = createKeptBudget(terms, { statements: payments, contact, holder, clock, logger })
    return {
      ...leases,
      async claim(request) {
        if (BigInt(request.chainId) !== BigInt(terms.chainId))
          throw new InvalidInputError('The budget is of another chain.')
        return claim(request, budget)
      },
      left: budget.left,
    }
  }

  async function claim(
    { chainId, genesis, wallets, atMost = wallets.length }: ClaimRequest,
    budget: KeptBudget | null,
  ): Promise<LeasedJournal[]> {
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
      journalOf({ chainId, wallet: names.get(bytes.toString('hex')) ?? '', bytes, epoch }, { until, budget }),
    )
    keeping.start()
    // Closed meanwhile: nothing else would hand them back.
    if (isClosed) await Promise.all(journals.map((journal) => journal.close()))
    return journals
  }

  function journalOf(lease: HeldLease, { until, budget }: { until: number; budget: KeptBudget | null }): LeasedJournal {
    const own = { ...lease, holder }
    const journal = createFencedJournal({
      lease: own,
      statements: createJournalStatements(run, tables, { lease: own, loadJournal, budget, waitMs }),
      budget,
      turn: (change) => payments.turn(own, change),
      contact,
      bind: (genesis) => statements.bind(lease, { holder, genesis: genesisBytes(genesis) }),
      expiresInMs: () => keeping.expiresInMs(lease),
      renew: () => keeping.renew(lease),
      async release() {
        keeping.drop(journal)
        const isAway = contact.outage() !== null
        const handingBack = release(lease).catch(contact.failed)
        // A pool whose connections were taken for a moment has one again; where the database is away, the lease ends by itself.
        await (isAway ? withTimeout(OUTAGE_MS, () => handingBack).catch(() => undefined) : handingBack)
      },
      compactAfter,
      logger,
    })
    keeping.add(journal, lease, until)
    return journal
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
    keeping.stop()
    await Promise.all(keeping.journals().map((journal) => journal.close()))
  }
}

/** Host and process id for people; the random part tells two containers apart that have both in common. */
function ownName(): string {
  return `${hostname()}/${pid}/${randomBytes(4).toString('hex')}`
}
