import type { Fees } from '../chain/port.ts'
import type { Intent } from './intent.ts'

/** One step in the life of an intent. What is appended is on disk before the step is taken. */
export type JournalRecord =
  | {
      type: 'prepared'
      id: string
      intent: Intent
      nonce: number
      gasLimit: bigint
      fees: Fees
      /** Null for wallets that sign only by sending. */
      signed: { raw: string; hash: string } | null
    }
  | { type: 'sent'; id: string; hash: string }
  | { type: 'mined'; id: string; hash: string; blockNumber: number; status: 0 | 1 }

/** Where intents are kept from before they are broadcast until their outcome is known. */
export interface Journal {
  /** Resolves once the record would survive a crash; rejects when it would not, and then nothing is sent. */
  append(record: JournalRecord): Promise<void>
  close(): Promise<void>
}

/** For browsers and tests: gone with the page. */
export function memoryJournal(): Journal & { readonly records: readonly JournalRecord[] } {
  const records: JournalRecord[] = []
  return {
    records,
    append(record) {
      records.push(record)
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  }
}
