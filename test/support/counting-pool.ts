import type { Pool } from 'pg'
import type { PostgresPool } from 'og-ledger/postgres'

/** A pool that notes each statement. */
export function countingPool(pool: Pool) {
  const statements: string[] = []
  const counted: PostgresPool = {
    on: (event, listener) => pool.on(event, listener),
    async connect() {
      const client = await pool.connect()
      return {
        query(query) {
          statements.push(query.text.trim())
          return client.query(query)
        },
        on: (event, listener) => client.on(event, listener),
        removeListener: (event, listener) => client.removeListener(event, listener),
        release: (isBroken) => client.release(isBroken),
      }
    },
  }
  return { counted, statements }
}
