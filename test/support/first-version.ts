import type { Pool } from 'pg'
import type { JournalRecord } from '../../src/index.ts'
import { toStored } from '../../src/postgres/stored-record.ts'

export type FirstVersionOptions = { pool: Pool; schema: string; chainId: bigint; wallet: string }

/** Takes the tables of a schema back to those that the first released version created. */
export async function toFirstVersion({ pool, schema }: Pick<FirstVersionOptions, 'pool' | 'schema'>): Promise<void> {
  for (const statement of [
    `drop trigger og_ledger_refuse_uncounted on ${schema}.og_ledger_journal`,
    `drop trigger og_ledger_keep_refused on ${schema}.og_ledger_journal`,
    `drop trigger og_ledger_keep_time on ${schema}.og_ledger_payments`,
    `drop function ${['keep_time', 'keep_refused', 'spent_at', 'held_at'].map((one) => `${schema}.og_ledger_${one}`).join(', ')}`,
    `drop function ${schema}.og_ledger_refuse_uncounted, ${schema}.og_ledger_pay, ${schema}.og_ledger_spent_in, ${schema}.og_ledger_held_in`,
    `drop table ${schema}.og_ledger_payments, ${schema}.og_ledger_budgets`,
    `alter table ${schema}.og_ledger_wallets drop column counted_epoch`,
    `delete from ${schema}.og_ledger_migrations where version > 1`,
  ])
    await pool.query(statement)
}

/** A process of the first version that has run since before the tables were brought up to date: it sends the statements of that version. */
export async function firstVersionJournal({ pool, schema, chainId, wallet }: FirstVersionOptions) {
  const own = [String(chainId), Buffer.from(wallet.slice(2), 'hex'), 'the first version']
  const wallets = `${schema}.og_ledger_wallets`
  const journal = `${schema}.og_ledger_journal`
  await pool.query(`insert into ${wallets} (chain_id, wallet) values ($1, $2) on conflict do nothing`, own.slice(0, 2))
  const { rows } = await pool.query<{ epoch: string }>(
    `update ${wallets} set holder = $3, epoch = epoch + 1, expires_at = clock_timestamp() + interval '1 hour'
      where chain_id = $1 and wallet = $2 and expires_at is null returning epoch`,
    own,
  )
  const epoch = rows[0]?.epoch
  return {
    /** @returns whether the record stands */
    async append(record: JournalRecord): Promise<boolean> {
      const { rowCount } = await pool.query(
        `with lease as (
            select from ${wallets} where chain_id = $1::numeric and wallet = $2 and holder = $3 and epoch = $4::bigint
              and expires_at > clock_timestamp() for share
          )
          insert into ${journal} (chain_id, wallet, seq, epoch, record)
          select $1::numeric, $2, (select coalesce(max(seq), 0) + 1 from ${journal} where chain_id = $1::numeric and wallet = $2),
            $4::bigint, $5::jsonb from lease returning 1`,
        [...own, epoch, toStored(record)],
      )
      return rowCount === 1
    },
    /** The heartbeat. */
    async renew(): Promise<boolean> {
      const { rowCount } = await pool.query(
        `update ${wallets} set expires_at = clock_timestamp() + interval '1 hour'
          where chain_id = $1 and wallet = $2 and holder = $3 and epoch = $4`,
        [...own, epoch],
      )
      return rowCount === 1
    },
    release: () =>
      pool.query(
        `update ${wallets} set holder = null, expires_at = null where chain_id = $1 and wallet = $2 and holder = $3 and epoch = $4`,
        [...own, epoch],
      ),
  }
}
