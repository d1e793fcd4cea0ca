import { compactRecords } from './journal-compaction.ts'
import type { Journal, JournalRecord } from './journal.types.ts'
import type { JournalOwner } from './journals.types.ts'

/** By chain and wallet. */
const journals = new Map<string, Journal>()

/**
 * The journal of a wallet in a page that can store nothing: it lives as long as the page. A broker that is opened after another one
 * has closed finds what that one left on its way, and pays it no second time.
 */
export function pageJournal({
  chainId,
  genesis = '',
  wallet,
}: JournalOwner & { genesis?: string | undefined }): Journal {
  const key = `${chainId}/${genesis}/${wallet}`
  const journal = journals.get(key) ?? createPageJournal()
  journals.set(key, journal)
  return journal
}

function createPageJournal(): Journal {
  let records: JournalRecord[] = []
  return {
    place: 'memory',
    load() {
      records = compactRecords(records)
      return Promise.resolve([...records])
    },
    append(record) {
      records.push(record)
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  }
}
