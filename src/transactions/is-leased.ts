import type { Journal } from './journal.types.ts'
import type { LeasedJournal } from './lease.types.ts'

export function isLeased(journal: Journal): journal is LeasedJournal {
  return 'epoch' in journal && 'lost' in journal
}
