import {
  anything,
  checkOptions,
  isBoolean,
  isMilliseconds,
  isObjectWith,
  isSignal,
  isText,
  isWei,
  type Check,
  type Fields,
} from '../base/check-options.ts'
import { LONGEST_WINDOW } from '../base/durations.ts'
import { InvalidInputError, type CommonBudget, type Duration, type Logger } from '../index.ts'
import type { PostgresPool } from './pool.types.ts'

export type PostgresLeasesOptions = {
  /** A `Pool` of the package pg. Its size is all that this process takes of the database; TLS and credentials are its options. */
  pool: PostgresPool
  /** Where `migrate` has created the tables: `og_ledger` by default. */
  schema?: string
  /**
   * How long a lease holds after its last heartbeat, in milliseconds or as `'30s'`, from 1 000: 30 000 by default. A heartbeat is sent
   * each third of it.
   */
  leaseMs?: number | Duration
  /** The name of this process for other processes: its host, process id and a random part by default. */
  holder?: string
  /** How long a connection, and a statement, may take, in milliseconds or as `'10s'`: a third of the lease by default. */
  timeoutMs?: number | Duration
  /** Receives log lines of losing and finding the database. */
  logger?: Logger
}

export type PostgresJournalOptions = PostgresLeasesOptions & {
  chainId: bigint | number
  wallet: string
  /** Hash of the chain's first block: the journal of another chain with the same id is refused. */
  genesis?: string
  /** Waits until no other process has the wallet, instead of a LockedError. */
  wait?: boolean
  /** Ends that wait. */
  signal?: AbortSignal
}

export type MigrateOptions = {
  pool: PostgresPool
  /** `og_ledger` by default. It is created where it is missing. */
  schema?: string
  /** How long a statement may take, in milliseconds or as `'1m'`: 60 000 by default. */
  timeoutMs?: number | Duration
}

const LEAST_LEASE_MS = 1_000

const isPool = isObjectWith('a Pool of the package pg', ['connect', 'on'])
const isChainId: Check = (value) =>
  (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))) && value >= 0
    ? null
    : "is the chain's id"
const isHash: Check = (value) =>
  typeof value === 'string' && /^0x[0-9a-f]{64}$/i.test(value) ? null : "is the hash of the chain's first block"
const isName: Check = (value) =>
  typeof value === 'string' && value.length > 0 && value.length <= 200 ? null : 'is a name of 1 to 200 characters'
const isTimeout = isMilliseconds({ least: 100 })
const isLogger = isObjectWith('a logger, such as console or pino', ['debug', 'info', 'warn', 'error'])

const leases: Fields<PostgresLeasesOptions> = {
  pool: isPool,
  schema: isText,
  leaseMs: isMilliseconds({ least: LEAST_LEASE_MS, most: 3_600_000 }),
  holder: isName,
  timeoutMs: isTimeout,
  logger: isLogger,
}

export function checkLeasesOptions(options: PostgresLeasesOptions): void {
  checkOptions('postgresLeases', options, leases)
  requirePool(options)
}

export function checkJournalOptions(options: PostgresJournalOptions): void {
  const fields: Fields<PostgresJournalOptions> = {
    ...leases,
    chainId: isChainId,
    wallet: anything,
    genesis: isHash,
    wait: isBoolean,
    signal: isSignal,
  }
  checkOptions('postgresJournal', options, fields)
  requirePool(options)
  if (options.chainId === undefined) throw new InvalidInputError("chainId is the chain's id.", { option: 'chainId' })
  walletBytes(options.wallet)
}

export function checkMigrateOptions(options: MigrateOptions): void {
  checkOptions('migrate', options, {
    pool: isPool,
    schema: isText,
    timeoutMs: isTimeout,
  } satisfies Fields<MigrateOptions>)
  requirePool(options)
}

const isWindow: Check = (value) =>
  typeof value === 'number' && value > 0 && value <= LONGEST_WINDOW ? null : `is seconds, ${LONGEST_WINDOW} at most`

/** @throws InvalidInputError for a budget that the database cannot keep */
export function checkBudget(budget: CommonBudget): void {
  const fields: Fields<CommonBudget> = { chainId: isChainId, name: isName, amount: isWei, seconds: isWindow }
  checkOptions('withBudget', budget, fields)
}

/** @throws InvalidInputError for what is no address */
export function walletBytes(wallet: string): Buffer {
  if (typeof wallet !== 'string' || !/^0x[0-9a-f]{40}$/i.test(wallet))
    throw new InvalidInputError('This is not an address.', { option: 'wallet' })
  return Buffer.from(wallet.slice(2), 'hex')
}

export function genesisBytes(genesis: string | undefined): Buffer | null {
  if (genesis === undefined) return null
  const expected = isHash(genesis)
  if (expected !== null) throw new InvalidInputError(`genesis ${expected}.`, { option: 'genesis' })
  return Buffer.from(genesis.slice(2), 'hex')
}

function requirePool({ pool }: { pool: unknown }): void {
  if (pool === undefined)
    throw new InvalidInputError('pool is a Pool of the package pg.', {
      do: 'pass pool: new Pool({ connectionString })',
    })
}
