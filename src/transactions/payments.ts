import { LONGEST_WINDOW } from '../base/durations.ts'
import type { Intent } from './intent.ts'
import type { JournalEntry, Payment } from './journal.types.ts'

/** Whether any limit may count a payment once there was another at `now`: whatever is set later, none looks back further. */
export const isCounted = ({ at }: { at: number }, now: number): boolean => now - at <= LONGEST_WINDOW

/** What auto-funding sent by this intent, or may yet; null for what it did not decide on, or what did not happen. */
export function paymentOf({ subAccount, amount, decidedAt }: Intent, outcome: JournalEntry['outcome']): Payment | null {
  if (!subAccount || decidedAt === null) return null
  if (outcome?.type === 'superseded' || outcome?.status === 0) return null
  return { ...subAccount, amount, at: decidedAt }
}
