import { JournalError } from '../index.ts'
import { redact } from '../base/redact.ts'

/**
 * What is known of a statement that failed. `unreached`: there was no connection, so it did not run. `refused`: the database says that it
 * did not take effect. `unanswered`: the connection broke, or the time was over: it may stand.
 */
export type StatementOutcome = 'unreached' | 'refused' | 'unanswered'

/** A statement that failed. It carries no object of the driver: those hold the connection's password. */
export class StatementError extends Error {
  readonly outcome: StatementOutcome
  /** The SQLSTATE, where the database sent one. */
  readonly code: string | null

  constructor(outcome: StatementOutcome, error: unknown) {
    super(redact(wordsOf(error), { urls: 'host', tokens: true, oneLine: true, length: 300 }))
    this.outcome = outcome
    this.code = sqlStateOf(error)
  }
}

/** How a statement ended that was sent to the database. */
export function outcomeOf(error: unknown): StatementOutcome {
  const code = sqlStateOf(error)
  return code === null || ENDS_CONNECTION.test(code) ? 'unanswered' : 'refused'
}

/** Connection exceptions, an operator's shutdown, a crash, and "completion unknown": the commit may have come before. */
const ENDS_CONNECTION = /^(?:08|57P0|58|XX|40003)/

/** The statement met another one and may be tried again: it did not take effect. */
export function isConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes(sqlStateOf(error) ?? '')
}

/** The same as the journal's callers see it. */
export function journalErrorOf(error: unknown, schema: string): JournalError {
  const {
    outcome,
    code,
    message: reason,
  } = error instanceof StatementError ? error : new StatementError('refused', error)
  const facts = { reason: code === null ? reason : `${reason} (${code})` }
  if (outcome !== 'refused') return outageOf(facts, code)
  const sentence = SENTENCES[code ?? '']?.(schema)
  return sentence
    ? new JournalError(sentence.sentence, { ...facts, do: sentence.do }, { retryable: sentence.retryable === true })
    : new JournalError('The database refused a statement of the journal.', facts, { retryable: true })
}

function outageOf(facts: { reason: string }, code: string | null): JournalError {
  const known = CONNECTING[code ?? '']
  return new JournalError(
    known?.sentence ?? 'The database of the journal does not answer.',
    { ...facts, do: `${known ? `${known.do}; ` : ''}nothing is sent until it answers; positions are still read` },
    { retryable: true },
  )
}

/** What a server says that answers, and lets this role not in. */
const CONNECTING: Readonly<Record<string, { sentence: string; do: string }>> = {
  '28P01': {
    sentence: 'The database refuses the password of the role.',
    do: 'correct the password, which the URL or the pool has',
  },
  '28000': {
    sentence: 'The database lets the role not in.',
    do: 'look at the role, at pg_hba.conf, and whether it asks for TLS (sslmode=verify-full)',
  },
  '3D000': {
    sentence: 'The server has no database of this name.',
    do: 'correct the name of the database, or create it',
  },
  '53300': {
    sentence: 'The database has no connection left for the journal.',
    do: 'raise max_connections, or give processes smaller pools',
  },
}

type Sentence = { sentence: string; do: string; retryable?: true }

const noTables = (schema: string): Sentence => ({
  sentence: `The schema ${schema} has no tables of og-ledger.`,
  do: 'call migrate({ pool, schema }) once, with a role that may create tables',
})

const SENTENCES: Readonly<Record<string, (schema: string) => Sentence>> = {
  '42P01': noTables,
  '3F000': noTables,
  '42501': (schema) => ({
    sentence: `The database role may not use the tables of og-ledger in the schema ${schema}.`,
    do: 'grant usage on the schema, select, insert, update, delete on its tables, and execute on its functions',
  }),
  '55P03': () => ({
    sentence: 'Another transaction of the database held a lock for too long: this statement took no effect.',
    do: 'try again; where that lasts, look for the transaction in pg_locks: a backup, a session that was left open',
    retryable: true,
  }),
  '25006': () => ({
    sentence: 'The database takes no writes: it is a standby, or read-only.',
    do: 'connect to the primary, as with target_session_attrs=read-write',
  }),
}

function sqlStateOf(error: unknown): string | null {
  if (error instanceof StatementError) return error.code
  if (typeof error !== 'object' || error === null || !('code' in error)) return null
  // Errors of sockets have codes such as ECONNRESET.
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) && !/^E[A-Z]{4}$/.test(error.code)
    ? error.code
    : null
}

function wordsOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(wordsOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}
