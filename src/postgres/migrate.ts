import { inMs } from '../base/durations.ts'
import { JournalError } from '../index.ts'
import { clockTables } from './clock-tables.ts'
import { createDatabase, type Run } from './database.ts'
import { checkMigrateOptions, type MigrateOptions } from './options.ts'
import { paymentTables } from './payment-tables.ts'
import { refusalTables } from './refusal-tables.ts'
import { journalErrorOf, StatementError } from './statement-error.ts'
import { tablesIn, type Tables } from './tables.ts'

const TIMEOUT_MS = 60_000
const LOCK_TIMEOUT_MS = 2_000

/** Each step stays as it is once it was released; its version is its place in the list, from 1. */
const steps: readonly ((tables: Tables) => readonly string[])[] = [
  ({ wallets, journal }) => [
    `create table ${wallets} (
      chain_id numeric(78) not null,
      wallet bytea not null check (length(wallet) = 20),
      genesis bytea check (length(genesis) = 32),
      holder text,
      epoch bigint not null default 0,
      expires_at timestamptz,
      primary key (chain_id, wallet)
    ) with (fillfactor = 50)`,
    `create table ${journal} (
      chain_id numeric(78) not null,
      wallet bytea not null,
      seq bigint not null check (seq > 0),
      epoch bigint not null,
      record jsonb not null,
      at timestamptz not null default clock_timestamp(),
      primary key (chain_id, wallet, seq),
      foreign key (chain_id, wallet) references ${wallets}
    )`,
  ],
  paymentTables,
  refusalTables,
  clockTables,
]

/** The version of the tables that this version of og-ledger writes. */
export const TABLES_VERSION = steps.length

/**
 * Creates the tables of leases and journals, or brings older ones up to date. It is safe to call at each start, from several machines at
 * once, and beside brokers that run.
 *
 * @example
 * const { version, changed } = await migrate({ pool })
 *
 * @returns the version of the tables, and whether this call changed them
 * @throws JournalError where the database cannot be reached, does not allow it, or has tables of a newer version
 */
export async function migrate(options: MigrateOptions): Promise<{ version: number; changed: boolean }> {
  checkMigrateOptions(options)
  const { pool, schema, timeoutMs = TIMEOUT_MS } = inMs(options)
  const tables = tablesIn(schema)
  try {
    return await createDatabase(pool, { timeoutMs }).transaction((run) => migrateIn(run, tables))
  } catch (error) {
    throw error instanceof StatementError ? journalErrorOf(error, tables.schema) : error
  }
}

async function migrateIn(run: Run, tables: Tables): Promise<{ version: number; changed: boolean }> {
  // Until the end of the transaction: a second migration waits, and then finds the work done.
  await run({ text: 'select pg_advisory_xact_lock(hashtext($1))', values: [`og-ledger migrate ${tables.schema}`] })
  const [found] = await run({
    text: 'select to_regnamespace($1) is not null as has_schema, to_regclass($2) is not null as has_versions',
    values: [`"${tables.schema}"`, tables.migrations],
  })
  // "if not exists" asks for the right to create, also where there is nothing to create.
  if (found?.['has_schema'] !== true) await run({ text: `create schema "${tables.schema}"` })
  if (found?.['has_versions'] !== true)
    await run({
      text: `create table ${tables.migrations} (version int primary key, at timestamptz not null default clock_timestamp())`,
    })
  const [row] = await run({ text: `select coalesce(max(version), 0) as version from ${tables.migrations}` })
  const version = Number(row?.['version'])
  if (version > TABLES_VERSION) throw newerTables(version)
  // A backup holds locks for long: statements of processes that run must not queue up behind a migration that waits for it.
  await run({ text: `set local lock_timeout = ${LOCK_TIMEOUT_MS}` })
  // A step locks what it changes. All of it is locked before the first one, in the order of every statement of a process that runs: a deadlock
  // is none of theirs.
  if (version >= 2 && version < TABLES_VERSION)
    await run({ text: `lock table ${tables.budgets}, ${tables.journal}, ${tables.payments} in access exclusive mode` })
  for (const [index, step] of steps.entries()) {
    if (index < version) continue
    for (const text of step(tables)) await run({ text })
    await run({ text: `insert into ${tables.migrations} (version) values ($1)`, values: [index + 1] })
  }
  return { version: TABLES_VERSION, changed: version < TABLES_VERSION }
}

export function newerTables(version: number): JournalError {
  return new JournalError('The tables of og-ledger in this database are of a newer version.', {
    found: `version ${version}`,
    expected: `version ${TABLES_VERSION}`,
    do: 'update og-ledger on this machine',
  })
}
