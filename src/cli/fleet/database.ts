import { randomBytes } from 'node:crypto'
import process from 'node:process'
import type { Leases, Logger } from '../../index.ts'
import { migrate, postgresLeases } from '../../postgres/index.ts'
import { UsageError } from '../arguments/usage-error.ts'

/** The variable that is looked at where --database names none. */
const VARIABLE = 'OG_DATABASE_URL'
const NAME = /^[A-Za-z_]\w*$/
/** pg takes the name of a database for anything else. A path is that of a socket. */
const URL_FORM = /^(?:postgres(?:ql)?:\/\/|socket:|\/)/
/** All statements of a process share these connections. */
const CONNECTIONS = 8

export type DatabaseOptions = {
  /** Name of the environment variable, from --database. */
  variable: string | undefined
  leaseMs: number | undefined
  /** The name of this process for other processes. */
  name: string
  logger: Logger
}

/** The database that shares wallets between machines. Disposing ends its connections. */
export type Database = AsyncDisposable & { leases: Leases }

/**
 * Connects to the database whose URL is in the environment, and creates its tables where they are missing; null where there is none.
 *
 * @throws UsageError for a URL on the command line, which every user of the machine sees
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database | null> {
  const { variable = VARIABLE, leaseMs, name, logger } = options
  if (!NAME.test(variable))
    throw new UsageError(
      `--database names an environment variable, such as ${VARIABLE}: a URL on the command line is seen by every user of the machine.`,
    )
  const connectionString = process.env[variable]
  if (!connectionString) {
    if (options.variable === undefined) return null
    throw new UsageError(`No database: set ${variable} in the environment.`)
  }
  if (!URL_FORM.test(connectionString))
    throw new UsageError(`${variable} has no URL of a Postgres database, such as postgres://role@host/database.`)
  const { Pool } = await loadPg()
  const pool = new Pool({ connectionString, max: CONNECTIONS })
  const end = async (): Promise<void> => pool.end()
  try {
    await migrate({ pool })
    const holder = `${name} ${process.pid} ${randomBytes(3).toString('hex')}`
    const leases = postgresLeases({ pool, holder, logger, ...(leaseMs !== undefined && { leaseMs }) })
    return { leases, [Symbol.asyncDispose]: end }
  } catch (error) {
    await end()
    throw error
  }
}

/** pg is an optional peer of the package. */
async function loadPg(): Promise<typeof import('pg')> {
  try {
    return await import('pg')
  } catch {
    throw new UsageError('A database needs the package pg: npm install pg.')
  }
}
