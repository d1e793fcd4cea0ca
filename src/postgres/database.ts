import { systemClock } from '../base/clock.ts'
import type { PostgresClient, PostgresPool } from './pool.types.ts'
import { isConflict, outcomeOf, StatementError } from './statement-error.ts'

export type Row = Readonly<Record<string, unknown>>
export type Statement = { text: string; values?: readonly unknown[] }
export type Run = (statement: Statement) => Promise<readonly Row[]>

/** A pool whose every wait has an end, and whose failures say whether the statement may have taken effect. */
export type Database = {
  /** Runs one statement in a transaction of its own. @throws StatementError */
  run: Run
  /** @throws StatementError, and what `work` throws, after a rollback */
  transaction<T>(work: (run: Run) => Promise<T>): Promise<T>
}

/** Under serializable isolation each of several processes that pay at once may meet every other one. */
const MOST_CONFLICTS = 20

const CONFLICT_PAUSE_MS = 5

const watched = new WeakSet<PostgresPool>()

export function createDatabase(pool: PostgresPool, { timeoutMs }: { timeoutMs: number }): Database {
  // A restart of the database breaks idle connections. The next statement says so.
  if (!watched.has(pool)) pool.on('error', ignore)
  watched.add(pool)

  return {
    run: (statement) => withoutConflicts(() => withClient((run) => run(statement))),
    transaction: (work) =>
      withoutConflicts(() =>
        withClient(async (run) => {
          // A statement after a wait sees what came meanwhile, whatever the default of the database is.
          await run({ text: 'begin isolation level read committed' })
          const result = await work(run).catch(async (error: unknown) => {
            // A broken connection is dropped, which rolls back as well.
            const isBroken = error instanceof StatementError && error.outcome === 'unanswered'
            if (!isBroken) await run({ text: 'rollback' }).catch(ignore)
            throw error
          })
          await run({ text: 'commit' })
          return result
        }),
      ),
  }

  async function withClient<T>(work: (run: Run) => Promise<T>): Promise<T> {
    const client = await connect()
    // A checked-out connection has no listener of the pool's.
    client.on('error', ignore)
    let isBroken = false
    const run: Run = async ({ text, values = [] }) => {
      try {
        const { rows } = await client.query({ text, values: [...values], query_timeout: timeoutMs })
        return rows.filter(isRow)
      } catch (error) {
        const outcome = outcomeOf(error)
        isBroken ||= outcome === 'unanswered'
        throw new StatementError(outcome, error)
      }
    }
    try {
      return await work(run)
    } finally {
      client.removeListener('error', ignore)
      client.release(isBroken)
    }
  }

  /** A pool whose connections are all taken, or whose host drops packets, would let this wait for ever. */
  async function connect(): Promise<PostgresClient> {
    let isLate = false
    const connecting = pool.connect().then((client) => {
      if (isLate) client.release()
      return client
    })
    connecting.catch(ignore)
    let cancel = ignore
    const timeout = new Promise<never>((_, reject) => {
      cancel = systemClock.after(timeoutMs, () => {
        isLate = true
        reject(new Error(`no connection within ${timeoutMs} ms`))
      })
    })
    try {
      return await Promise.race([connecting, timeout])
    } catch (error) {
      throw new StatementError('unreached', error)
    } finally {
      cancel()
    }
  }
}

/** Where statements run as serializable transactions, the database may ask that a statement be run again. */
async function withoutConflicts<T>(work: () => Promise<T>): Promise<T> {
  for (let conflicts = 0; ; conflicts += 1)
    try {
      return await work()
    } catch (error) {
      if (!isConflict(error) || conflicts >= MOST_CONFLICTS) throw error
      await new Promise<void>((resolve) => void systemClock.after(conflicts * CONFLICT_PAUSE_MS, resolve))
    }
}

const isRow = (row: unknown): row is Row => typeof row === 'object' && row !== null

const ignore = (): void => undefined
