import { createBatches } from './batches.ts'
import type { Run } from './database.ts'
import type { HeldLease } from './lease-statements.ts'
import type { Tables } from './tables.ts'

const MOST_TOGETHER = 100

/** A record as the table has it: JSON, with amounts in wei as strings. */
export type StoredRecord = { seq: number; json: string }

/** Loads the journal of one wallet. @throws StatementError */
export type LoadJournal = (lease: Pick<HeldLease, 'chainId' | 'bytes'>) => Promise<readonly StoredRecord[]>

/** Loads journals, a hundred in one statement, and one statement at a time. */
export function createJournalLoads(run: Run, { journal }: Pick<Tables, 'journal'>): LoadJournal {
  return createBatches({ most: MOST_TOGETHER }, async (wanted) => {
    const rows = await run({
      text: `select chain_id::text as chain_id, encode(wallet, 'hex') as wallet, seq::text as place, record::text as record
        from ${journal} join unnest($1::numeric[], $2::bytea[]) as wanted (chain_id, wallet) using (chain_id, wallet)
        order by chain_id, wallet, seq`,
      values: [wanted.map(({ chainId }) => String(chainId)), wanted.map(({ bytes }) => bytes)],
    })
    const byWallet = new Map<string, StoredRecord[]>()
    for (const { chain_id: chainId, wallet, place, record } of rows) {
      const key = `${String(chainId)} ${String(wallet)}`
      const records = byWallet.get(key) ?? []
      byWallet.set(key, records)
      records.push({ seq: Number(place), json: String(record) })
    }
    return wanted.map(({ chainId, bytes }) => byWallet.get(`${chainId} ${bytes.toString('hex')}`) ?? [])
  })
}
