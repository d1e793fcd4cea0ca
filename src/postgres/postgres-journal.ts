import { abortable } from '../base/abortable.ts'
import { systemClock } from '../base/clock.ts'
import { JournalError, LockedError, type LeasedJournal } from '../index.ts'
import { checkJournalOptions, type PostgresJournalOptions } from './options.ts'
import { isOtherChain, otherChain } from './other-chain.ts'
import { openLeases } from './postgres-leases.ts'
import { inTurnOf, joinJournal, shareJournal } from './shared-journal.ts'
import { tablesIn } from './tables.ts'

const SHORTEST_WAIT_MS = 100
/** How often a wait looks in one lease. */
const BEATS = 3

/**
 * Claims a wallet, and opens its journal in a Postgres database that several machines share. While this process has the lease, no other
 * one can record a payment of the wallet, and so none can send one. Calls of one process share the lease, and brokers with their journals
 * pay a need once; the last one that closes hands the lease back.
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
  const name = { schema: tablesIn(common.schema).schema, chainId, wallet }
  try {
    for (let isWaiting = false; ; isWaiting = true) {
      const claiming = inTurnOf(name, claim)
      const found = await abortable(claiming, signal).catch((error: unknown) => {
        if (signal?.aborted) void claiming.then(handBack, () => undefined)
        // A database that is away for a while does not end a wait that it has let begin.
        const passes = isWaiting && error instanceof JournalError && error.retryable
        if (!passes) throw error
        return { freeInMs: leases.leaseMs }
      })
      if ('journal' in found) return found.journal
      await abortable(elapse(Math.min(found.freeInMs, leases.leaseMs / BEATS)), signal)
    }
  } catch (error) {
    await leases.close()
    throw error
  }

  async function claim(): Promise<{ journal: LeasedJournal } | { freeInMs: number }> {
    const [journal] = await leases.claim({ chainId, genesis, wallets: [wallet] })
    if (journal) return { journal: shareJournal(name, journal, leases.close) }
    const [found] = await leases.listed(chainId, [wallet])
    if (found && isOtherChain(found, genesis)) throw otherChain({ wallet, found: found.genesis })
    // Another name makes this call another process.
    const isOwn = common.holder === undefined || common.holder === found?.holder
    const own = found && isOwn ? joinJournal(name, found) : null
    if (own) return { journal: own }
    if (wait) return { freeInMs: Math.max(SHORTEST_WAIT_MS, found?.expiresInMs ?? 0) }
    throw new LockedError('Another process sends transactions for this wallet.', {
      holder: found?.holder ?? 'unknown',
      until: found?.until ?? 'unknown',
      wallet,
      do: 'stop it first, use its broker, or pass wait: true to take over once it ends',
    })
  }
}

/** What was claimed after the wait for it had ended. */
async function handBack(found: { journal: LeasedJournal } | { freeInMs: number }): Promise<void> {
  if ('journal' in found) await found.journal.close()
}

function elapse(ms: number): Promise<void> {
  return new Promise((resolve) => void systemClock.after(ms, resolve))
}
