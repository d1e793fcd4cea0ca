import type { Row, Run } from './database.ts'
import { SERVER_FACTS } from './check-server.ts'
import type { LoadJournal, StoredRecord } from './journal-loads.ts'
import type { KeptBudget } from './kept-budget.ts'
import type { HeldLease } from './lease-statements.ts'
import { lockWait } from './lock-wait.ts'
import { countsFrom, heldUntil, type PaymentChange } from './payment-changes.ts'
import type { Tables } from './tables.ts'

/** What the database says of a wallet, and of the record at one place of its journal. */
export type Standing = {
  /** Null where the wallet's row is gone. */
  lease: { holder: string | null; epoch: number; isLive: boolean; until: string | null } | null
  /** The last place that is taken; 0 for an empty journal. */
  last: number
  /** The record of this epoch stands at that place. */
  isRecorded: boolean
  /** What `serverRefusal` reads. */
  server: Row
}

/** The statements about one wallet's journal. Those that write do so only while holder, epoch and expiry of the lease still hold. */
export type JournalStatements = {
  load(): Promise<readonly StoredRecord[]>
  /**
   * Appends a record, and in the same statement changes what the wallet has paid.
   *
   * @returns false where the fence, or the place, did not let it in
   * @throws BudgetExhaustedError where the wallet's budget did not
   */
  append(record: StoredRecord, change: PaymentChange | null): Promise<boolean>
  standing(record: StoredRecord): Promise<Standing>
  /** Puts records, at least one, in the place of all up to `last`, at the places after it. @returns false as for `append` */
  compact(last: number, kept: readonly string[]): Promise<boolean>
}

export type JournalStatementsOptions = {
  lease: HeldLease & { holder: string }
  loadJournal: LoadJournal
  /** What holds the wallet's payments; null where nothing does. */
  budget: Pick<KeptBudget, 'pay'> | null
  /** How long a record may wait for other transactions, in milliseconds. */
  waitMs: number
}

export function createJournalStatements(
  run: Run,
  { wallets, journal, payments }: Tables,
  { lease, loadJournal, budget, waitMs }: JournalStatementsOptions,
): JournalStatements {
  const { chainId, bytes, epoch, holder } = lease
  const values = [String(chainId), bytes, holder, epoch]
  // The share lock is held until the commit: a claim comes before it and is seen, or after it and sees the record.
  const fence = `${lockWait(waitMs)}, lease as (
    select from wait, ${wallets} as w where chain_id = $1::numeric and wallet = $2 and holder = $3 and epoch = $4::bigint
      and expires_at > clock_timestamp() for share of w
  )`
  const own = 'chain_id = $1::numeric and wallet = $2'
  const last = `(select coalesce(max(seq), 0) from ${journal} where ${own})`
  const isDurable = `not pg_is_in_recovery() and current_setting('synchronous_commit') <> 'off' and current_setting('fsync') <> 'off'`

  const insert = `insert into ${journal} (chain_id, wallet, seq, epoch, record)
    select $1::numeric, $2, $5::bigint, $4::bigint, $6::jsonb from lease where $5::bigint = ${last} + 1 and ${isDurable} returning 1`
  const turned = `turned as (
    update ${payments} as payment set counts_from = ${countsFrom('$8::text')}, held_until = ${heldUntil('$8::text')}
    where ${own} and id = $7 and exists (select from appended)
  )`

  return {
    load: () => loadJournal(lease),
    async append(record, change) {
      if (budget && change?.type === 'begins') return budget.pay(lease, record, change)
      const turn = change?.type === 'turns' ? change : null
      const rows = await run({
        text: turn
          ? `with ${fence}, appended as (${insert}), ${turned} select 1 from appended`
          : `with ${fence} ${insert}`,
        values: [...values, record.seq, record.json, ...(turn ? [turn.id, turn.into] : [])],
      })
      return rows.length === 1
    },
    async standing({ seq, json }) {
      const [row = {}] = await run({
        text: `select w.holder, w.epoch::text as epoch, w.expires_at > clock_timestamp() as is_live, ${last} as last,
            to_char(w.expires_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as until,
            exists (select from ${journal} where ${own} and seq = $3::bigint and epoch = $4::bigint and record = $5::jsonb)
              as is_recorded,
            ${SERVER_FACTS}
          from (select 1) as always left join ${wallets} as w on w.chain_id = $1::numeric and w.wallet = $2`,
        values: [String(chainId), bytes, seq, epoch, json],
      })
      return standingIn(row)
    },
    async compact(from, kept) {
      const rows = await run({
        text: `with ${fence}, dropped as (
            delete from ${journal} where ${own} and seq <= $5::bigint
              and exists (select from lease) and $5::bigint = ${last} and ${isDurable} returning 1
          )
          insert into ${journal} (chain_id, wallet, seq, epoch, record)
          select $1::numeric, $2, $5::bigint + place, $4::bigint, one::jsonb
          from unnest($6::text[]) with ordinality as kept (one, place) where (select count(*) from dropped) > 0 returning 1`,
        values: [...values, from, kept],
      })
      return rows.length > 0
    },
  }
}

function standingIn(row: Row): Standing {
  const { holder, epoch, is_live: isLive, until } = row
  return {
    lease:
      typeof epoch === 'string'
        ? {
            holder: typeof holder === 'string' ? holder : null,
            epoch: Number(epoch),
            isLive: isLive === true,
            until: typeof until === 'string' ? until : null,
          }
        : null,
    last: Number(row['last']),
    isRecorded: row['is_recorded'] === true,
    server: row,
  }
}
