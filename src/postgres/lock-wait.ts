/**
 * The first part of a statement that locks rows: the server ends its wait for a lock, before the client gives the statement up. Else each try
 * would leave a connection that waits for as long as another transaction holds the row. It counts where `wait` stands among the tables that are
 * joined: the row is locked after that.
 */
export const lockWait = (ms: number): string =>
  `wait as materialized (select set_config('lock_timeout', '${Math.max(1, Math.ceil(ms))}ms', true))`
