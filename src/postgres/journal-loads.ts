import { systemClock } from '../base/clock.ts'
import { createSerialQueue } from '../base/serial.ts'
import type { Run } from './database.ts'
import type { HeldLease } from './lease-statements.ts'
import type { Tables } from './tables.ts'

/** Loads that are wanted within this time share a statement. */
const WINDOW_MS = 2
const MOST_TOGETHER = 100

/** A record as the table has it: JSON, with amounts in wei as strings. */
export type StoredRecord = { seq: number; json: string }

/** Loads the journal of one wallet. @throws StatementError */
export type LoadJournal = (lease: Pick<HeldLease, 'chainId' | 'bytes'>) => Promise<readonly StoredRecord[]>

type Wanted = {
  chainId: bigint
  bytes: Buffer
  resolve: (records: readonly StoredRecord[]) => void
  reject: (error: unknown) => void
}

/**
 * Loads journals, a hundred in one statement, and one statement at a time: a process that takes over many wallets at once leaves
 * connections to its heartbeat.
 */
export function createJournalLoads(run: Run, { journal }: Pick<Tables, 'journal'>): LoadJournal {
  let waiting: Wanted[] = []
  const inTurn = createSerialQueue()

  return ({ chainId, bytes }) =>
    new Promise((resolve, reject) => {
      waiting.push({ chainId, bytes, resolve, reject })
      if (waiting.length === 1) systemClock.after(WINDOW_MS, loadWaiting)
    })

  function loadWaiting(): void {
    const wanted = waiting
    waiting = []
    for (const chainId of new Set(wanted.map((one) => one.chainId))) {
      const group = wanted.filter((one) => one.chainId === chainId)
      for (let at = 0; at < group.length; at += MOST_TOGETHER) {
        const chunk = group.slice(at, at + MOST_TOGETHER)
        void inTurn(() => load(chunk)).catch((error: unknown) => chunk.forEach(({ reject }) => reject(error)))
      }
    }
  }

  async function load(chunk: readonly Wanted[]): Promise<void> {
    const rows = await run({
      text: `select encode(wallet, 'hex') as wallet, seq::text as place, record::text as record from ${journal}
        where chain_id = $1::numeric and wallet = any($2::bytea[]) order by wallet, seq`,
      values: [String(chunk[0]?.chainId), chunk.map(({ bytes }) => bytes)],
    })
    const byWallet = new Map<string, StoredRecord[]>(chunk.map(({ bytes }) => [bytes.toString('hex'), []]))
    for (const { wallet, place, record } of rows)
      byWallet.get(String(wallet))?.push({ seq: Number(place), json: String(record) })
    for (const { bytes, resolve } of chunk) resolve(byWallet.get(bytes.toString('hex')) ?? [])
  }
}
