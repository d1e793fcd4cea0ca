import type { JournalRecord } from '../../src/index.ts'
import { paymentTables } from '../../src/postgres/payment-tables.ts'
import { toStored } from '../../src/postgres/stored-record.ts'
import { tablesIn } from '../../src/postgres/tables.ts'
import type { FirstVersionOptions } from './first-version.ts'

const BUDGET = { name: 'fleet', amount: '10', seconds: 3_600 }

/** Takes the tables of a schema back to those that the second version created. */
export async function toSecondVersion({ pool, schema }: Pick<FirstVersionOptions, 'pool' | 'schema'>): Promise<void> {
  const functions = paymentTables(tablesIn(schema)).filter((text) => /^create function .*(pay|spent_in)"\(/.test(text))
  for (const statement of [
    `drop trigger og_ledger_keep_time on ${schema}.og_ledger_payments`,
    `drop trigger og_ledger_keep_refused on ${schema}.og_ledger_journal`,
    `drop function ${['keep_time', 'keep_refused', 'spent_at', 'held_at'].map((one) => `${schema}.og_ledger_${one}`).join(', ')}`,
    ...functions.map((text) => text.replace('create', 'create or replace')),
    `drop function ${schema}.og_ledger_held_in`,
    `drop index ${schema}.og_ledger_payments_chain_id_at_idx`,
    `alter table ${schema}.og_ledger_payments drop column nonce, drop column held_until`,
    `alter table ${schema}.og_ledger_budgets drop column used_at`,
    `delete from ${schema}.og_ledger_migrations where version > 2`,
  ])
    await pool.query(statement)
}

/** A process of the second version with a budget of ten wei, which has the wallet: it sends the statements of that version. */
export async function secondVersionJournal({ pool, schema, chainId, wallet }: FirstVersionOptions) {
  const own = [String(chainId), Buffer.from(wallet.slice(2), 'hex'), 'the second version']
  const [wallets, journal, payments] = ['wallets', 'journal', 'payments'].map((one) => `${schema}.og_ledger_${one}`)
  await pool.query(`insert into ${wallets} (chain_id, wallet) values ($1, $2) on conflict do nothing`, own.slice(0, 2))
  const claimed = await pool.query<{ epoch: string }>(
    `update ${wallets} set holder = $3, epoch = epoch + 1, counted_epoch = epoch + 1, expires_at = clock_timestamp() + interval '1 hour'
      where chain_id = $1 and wallet = $2 and expires_at is null returning epoch`,
    own,
  )
  const lease = [...own, claimed.rows[0]?.epoch]
  let seq = 0

  return {
    /** @returns what the budget says */
    async pay(record: JournalRecord, amount: bigint): Promise<string> {
      const { rows } = await pool.query<{ outcome: string }>(
        `select outcome, spent::text as spent, oldest_ms, has_open from ${schema}.og_ledger_pay(
          $1::numeric, $2::bytea, $3::text, $4::bigint, $5::bigint, $6::jsonb, $7::text, $8::text, $9::numeric, $10::numeric,
          $11::double precision, $12::bigint)`,
        [
          ...lease,
          seq + 1,
          toStored(record),
          BUDGET.name,
          record.id,
          String(amount),
          BUDGET.amount,
          BUDGET.seconds,
          2_000,
        ],
      )
      const outcome = rows[0]?.outcome ?? 'none'
      if (outcome === 'recorded') seq += 1
      return outcome
    },
    /** @returns whether the record stands */
    async turn(record: JournalRecord, into: 'open' | 'paid' | 'unpaid'): Promise<boolean> {
      const { rowCount } = await pool.query(
        `with lease as (
            select from ${wallets} where chain_id = $1::numeric and wallet = $2 and holder = $3 and epoch = $4::bigint
              and expires_at > clock_timestamp() for share
          ), appended as (
            insert into ${journal} (chain_id, wallet, seq, epoch, record)
            select $1::numeric, $2, $5::bigint, $4::bigint, $6::jsonb from lease returning 1
          ), turned as (
            update ${payments} as payment set counts_from = case $8::text
              when 'open' then payment.at + interval '744 hours' when 'paid' then clock_timestamp() else '-infinity' end
            where chain_id = $1::numeric and wallet = $2 and id = $7 and exists (select from appended)
          )
          select 1 from appended`,
        [...lease, seq + 1, toStored(record), record.id, into],
      )
      seq += rowCount ?? 0
      return rowCount === 1
    },
    release: () =>
      pool.query(
        `update ${wallets} set holder = null, expires_at = null where chain_id = $1 and wallet = $2`,
        own.slice(0, 2),
      ),
  }
}
