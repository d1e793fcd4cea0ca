// Keeps one sub-account funded from whichever machine has the wallet's lease: run it on two of them.
import { createBroker, type BrokerOptions } from 'og-ledger'
import { migrate, postgresJournal, type PostgresPool } from 'og-ledger/postgres'

export type Machine = {
  pool: PostgresPool
  chainId: bigint | number
  provider: string
  /** Ends this machine's part. */
  signal: AbortSignal
  say: (line: string) => void
}

export async function severalMachines(
  options: BrokerOptions & { signer: NonNullable<BrokerOptions['signer']> },
  { pool, chainId, provider, signal, say }: Machine,
): Promise<void> {
  await migrate({ pool })
  const wallet = await options.signer.getAddress()
  while (!signal.aborted) {
    const journal = await postgresJournal({ pool, chainId, wallet, wait: true, signal })
    const end = AbortSignal.any([journal.lost, signal])
    say('this machine sends')
    try {
      const broker = await createBroker({ ...options, journal, signal: end })
      broker.inference.startAutoFunding(provider, { maxTopUp: '5' })
      await new Promise((resolve) => end.addEventListener('abort', resolve))
      await broker.close()
    } catch (error) {
      if (!end.aborted) throw error
    } finally {
      // Hands the lease back, if it is not lost.
      await journal.close()
      say('another machine may send')
    }
  }
}
