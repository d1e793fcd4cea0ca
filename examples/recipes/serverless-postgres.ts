// A function on machines that keep no files: the journal is in Postgres, and functions that run at the same time take turns.
import { createBroker, type BrokerOptions } from 'og-ledger'
import { postgresJournal, type PostgresPool } from 'og-ledger/postgres'

export async function fundBeforeRequests(
  options: BrokerOptions & { signer: NonNullable<BrokerOptions['signer']> },
  { pool, chainId, provider }: { pool: PostgresPool; chainId: bigint | number; provider: string },
): Promise<void> {
  const wallet = await options.signer.getAddress()
  const signal = AbortSignal.timeout(30_000)
  // One that waits looks three times in a lease: here every second.
  const journal = await postgresJournal({ pool, chainId, wallet, wait: true, leaseMs: 3_000, signal })
  try {
    const broker = await createBroker({ ...options, journal, signal: journal.lost })
    try {
      await broker.inference.ensureFunded(provider, undefined, { signal })
    } finally {
      await broker.close()
    }
  } finally {
    await journal.close() // the next function need not wait for the lease to end
  }
}
