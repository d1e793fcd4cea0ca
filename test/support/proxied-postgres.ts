import type { Pool } from 'pg'
import { migrate } from '../../src/postgres/index.ts'
import { startPostgres, type TestPostgres } from './postgres.ts'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'

/** A Postgres with the tables of og-ledger, whose connections break when the test says so. */
export type ProxiedPostgres = TestPostgres & {
  proxy: TcpProxy
  /** Straight to the database. */
  direct: Pool
  /** By way of the proxy. */
  proxied: Pool
}

export async function startProxiedPostgres(): Promise<ProxiedPostgres> {
  const postgres = await startPostgres()
  const proxy = await startTcpProxy(postgres.port)
  const direct = postgres.pool()
  await migrate({ pool: direct })
  return {
    ...postgres,
    proxy,
    direct,
    proxied: postgres.pool({ connectionString: postgres.url.replace(`:${postgres.port}/`, `:${proxy.port}/`) }),
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      await postgres[Symbol.asyncDispose]()
    },
  }
}
