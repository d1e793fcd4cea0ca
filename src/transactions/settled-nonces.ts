import { OLD_DEPTH } from './finality.ts'
import type { JournalEntry } from './journal.types.ts'

/**
 * Nonces that own transactions have spent for good: what a node refused at one of these can never be mined. `newest`: the newest block with an
 * own transaction; 0 where none is mined.
 */
export function settledNonces(entries: readonly JournalEntry[]): { settled: ReadonlySet<number>; newest: number } {
  const newest = Math.max(
    0,
    ...entries.flatMap(({ outcome }) => (outcome?.type === 'mined' && !outcome.isGiven ? outcome.blockNumber : [])),
  )
  const settled = new Set(
    entries.flatMap(({ prepared: { nonce }, outcome }) =>
      outcome?.type === 'mined' && newest - outcome.blockNumber > OLD_DEPTH ? nonce : [],
    ),
  )
  return { settled, newest }
}
