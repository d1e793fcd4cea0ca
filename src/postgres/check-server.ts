import { JournalError } from '../index.ts'
import type { Row, Run } from './database.ts'
import { newerTables, TABLES_VERSION } from './migrate.ts'
import type { Tables } from './tables.ts'

/**
 * Refuses a database whose commit does not mean that a record stands: a standby, and commits that are not written to the disk.
 *
 * @throws JournalError
 */
export async function checkServer(run: Run, { schema, migrations }: Tables): Promise<void> {
  const [server] = await run({ text: `select ${SERVER_FACTS}` })
  const refusal = server && serverRefusal(server)
  if (refusal) throw refusal
  const [tables] = await run({ text: `select coalesce(max(version), 0) as version from ${migrations}` })
  const version = Number(tables?.['version'])
  if (version > TABLES_VERSION) throw newerTables(version)
  if (version < TABLES_VERSION)
    throw new JournalError('The tables of og-ledger in this database are of an older version.', {
      schema,
      found: `version ${version}`,
      expected: `version ${TABLES_VERSION}`,
      do: 'call migrate({ pool, schema }) once; it may run beside brokers',
    })
}

/** Columns that `serverRefusal` reads. */
export const SERVER_FACTS = `pg_is_in_recovery() as is_standby, current_setting('synchronous_commit') as synchronous_commit,
  current_setting('fsync') as fsync`

/** Why records of this server may be lost; null where they stand. */
export function serverRefusal(row: Row): JournalError | null {
  if (row['is_standby'] === true)
    return new JournalError('The database is a standby: it takes no records.', {
      do: 'connect to the primary, as with target_session_attrs=read-write',
    })
  if (row['synchronous_commit'] === 'off')
    return new JournalError('The database commits before its disk has the record (synchronous_commit = off).', {
      do: "set it to on, remote_write or remote_apply for this role: alter role … set synchronous_commit = 'on'",
    })
  if (row['fsync'] === 'off')
    return new JournalError('The database does not write to its disk before it commits (fsync = off).', {
      do: 'turn fsync on: a crash of its machine would lose records of payments',
    })
  return null
}
