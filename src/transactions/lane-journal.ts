import { AbortedError, JournalError } from '../base/errors.ts'
import type { Journal, JournalRecord } from './journal.types.ts'
import type { LaneMemberOptions } from './lane-members.ts'
import { isLeased } from './is-leased.ts'

export type LaneJournalOptions = {
  wallet: string
  genesis?: string | undefined
  /** Resolves once the last lane at the same place is closed; null where none is being closed. */
  isFree: () => Promise<unknown> | null
}

/**
 * A journal as a lane uses it: its appends are measured, its intents name their wallet, and where its last lane in this process is still
 * being closed, it is opened after that.
 */
export function createLaneJournal(
  { wallet, genesis, isFree }: LaneJournalOptions,
  options: Pick<LaneMemberOptions, 'journal' | 'clock' | 'onAppend'>,
): Journal {
  const { journal, clock } = options
  const elapsed = () => (clock.elapsed ?? clock.now)()
  let isClosed = false
  return {
    async load() {
      await isFree()
      // A journal that is loaded after its end would stay locked for as long as the process lives.
      if (isClosed) throw new AbortedError('The broker is closed; nothing was sent.')
      if (genesis !== undefined && isLeased(journal)) await journal.bind?.(genesis)
      const records = await journal.load()
      checkWallet(records, { wallet, place: journal.place })
      return records
    },
    async append(record) {
      const began = elapsed()
      await journal.append(record.type === 'prepared' ? { ...record, wallet } : record)
      options.onAppend?.(elapsed() - began)
    },
    refusal: () => journal.refusal?.() ?? null,
    ...(journal.check && { check: () => journal.check?.() ?? Promise.resolve() }),
    ...(journal.freed && { freed: journal.freed.bind(journal) }),
    close() {
      isClosed = true
      return journal.close()
    },
  }
}

/** With the journal of another wallet, this one would send again what the other one has on its way, and pay for it. */
function checkWallet(
  records: readonly JournalRecord[],
  { wallet, place }: { wallet: string; place: string | undefined },
): void {
  const others = records.flatMap((one) => (one.type === 'prepared' && one.wallet !== undefined ? [one.wallet] : []))
  const other = others.find((one) => one !== wallet)
  if (other === undefined) return
  throw new JournalError('The journal is that of another wallet.', {
    journal: place,
    wallet,
    'of wallet': other,
    do: 'give each wallet a journal of its own',
  })
}
