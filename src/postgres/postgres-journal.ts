import { abortable } from '../base/abortable.ts'
import { systemClock } from '../base/clock.ts'
import { JournalError, LockedError, type LeasedJournal } from '../index.ts'
import type { ListedLease } from './lease-statements.ts'
import { checkJournalOptions, type PostgresJournalOptions } from './options.ts'
import { openLeases, type PostgresLeases } from './postgres-leases.ts'

const SHORTEST_WAIT_MS = 100
/** How often a wait looks in one lease. */
const BEATS = 3

/**
 * Claims a wallet, and opens its journal in a Postgres database that several machines share. While this process has the lease, no other
 * one can record a payment of the wallet, and so none can send one.
 *
 * @example
 * await migrate({ pool })
 * const journal = await postgresJournal({ pool, chainId: 16661n, wallet })
 * const broker = await createBroker({ signer, journal, signal: journal.lost })
 *
 * @throws LockedError while another process has the wallet, with its name and until when; with `wait` it waits for it
 * @throws JournalError where the database cannot be reached, has no tables, or is one that may lose records
 * @throws AbortedError where `signal` aborts
 */
export async function postgresJournal(options: PostgresJournalOptions): Promise<LeasedJournal> {
  checkJournalOptions(options)
  const { chainId: id, wallet, genesis, wait = false, signal, ...common } = options
  const leases = openLeases(common)
  const chainId = BigInt(id)
  try {
    for (let isWaiting = false; ; isWaiting = true) {
      const found = await abortable(claim(), signal).catch((error: unknown) => {
        // A database that is away for a while does not end a wait that it has let begin.
        const passes = isWaiting && error instanceof JournalError && error.retryable
        if (!passes) throw error
        return { freeInMs: leases.leaseMs }
      })
      if ('journal' in found) return closingWith(found.journal, leases)
      await abortable(elapse(Math.min(found.freeInMs, leases.leaseMs / BEATS)), signal)
    }
  } catch (error) {
    await leases.close()
    throw error
  }

  async function claim(): Promise<{ journal: LeasedJournal } | { freeInMs: number }> {
    const [journal] = await leases.claim({ chainId, genesis, wallets: [wallet] })
    if (journal) return { journal }
    const refusal = await refusalOf(leases, { chainId, wallet, genesis })
    if (!wait || refusal.error instanceof JournalError) throw refusal.error
    return refusal
  }
}

/** The lease is this journal's alone: with it all that was opened for it is closed. */
function closingWith(journal: LeasedJournal, leases: PostgresLeases): LeasedJournal {
  return { ...journal, close: () => leases.close() }
}

type Wanted = { chainId: bigint; wallet: string; genesis: string | undefined }

async function refusalOf(leases: PostgresLeases, { chainId, wallet, genesis }: Wanted) {
  const [found] = await leases.listed(chainId, [wallet])
  if (found && isOfAnotherChain(found, genesis)) return { error: ofAnotherChain(found, wallet), freeInMs: 0 }
  const error = new LockedError('Another process sends transactions for this wallet.', {
    holder: found?.holder ?? 'unknown',
    until: found?.until ?? 'unknown',
    wallet,
    do: 'stop it first, use its broker, or pass wait: true to take over once it ends',
  })
  return { error, freeInMs: Math.max(SHORTEST_WAIT_MS, found?.expiresInMs ?? 0) }
}

function isOfAnotherChain(found: ListedLease, genesis: string | undefined): boolean {
  return genesis !== undefined && found.genesis !== null && `0x${found.genesis}` !== genesis.toLowerCase()
}

function ofAnotherChain({ genesis }: ListedLease, wallet: string): JournalError {
  return new JournalError('The journal of this wallet belongs to a chain with another first block.', {
    wallet,
    found: `0x${genesis}`,
    do: 'use another schema for a local chain that was started anew, or delete the rows of the wallet',
  })
}

function elapse(ms: number): Promise<void> {
  return new Promise((resolve) => void systemClock.after(ms, resolve))
}
