/** What is used of a `Pool` of the package pg, version 8. TLS, size and credentials are the pool's own options. */
export type PostgresPool = {
  connect(): Promise<PostgresClient>
  /** Idle connections that break are an event: without a listener it would end the process. */
  on(event: 'error', listener: (error: Error) => void): unknown
}

/** One connection of a pool. */
export type PostgresClient = {
  query(config: QueryConfig): Promise<{ rows: unknown[] }>
  on(event: 'error', listener: (error: Error) => void): unknown
  removeListener(event: 'error', listener: (error: Error) => void): unknown
  /** @param destroy the connection is not used again */
  release(destroy?: boolean): void
}

/** `query_timeout` in milliseconds, which pg takes for each statement. */
export type QueryConfig = { text: string; values: unknown[]; query_timeout: number }
