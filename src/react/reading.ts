/**
 * What a hook knows of something that is read from the chain. A failed read is never absence: `data` is undefined until it was
 * read once, and stays as it was while readings fail.
 *
 * - `pending`: nothing was read yet.
 * - `fresh`: the newest reading succeeded.
 * - `stale`: the data is older: it came with the page from a server, no broker is open, or readings fail (`error`).
 * - `error`: nothing was read, and `error` says why.
 */
export type Reading<T> =
  | { data: undefined; status: 'pending'; error: null }
  | { data: T; status: 'fresh'; error: null }
  | { data: T; status: 'stale'; error: Error | null }
  | { data: undefined; status: 'error'; error: Error }

export const PENDING = { data: undefined, status: 'pending', error: null } as const

export function fresh<T>(data: T): Reading<T> {
  return { data, status: 'fresh', error: null }
}

/** The same data, which nothing keeps up to date any more. */
export function aged<T>(reading: Reading<T>, error: Error | null = null): Reading<T> {
  if (reading.status === 'fresh' || reading.status === 'stale') return { data: reading.data, status: 'stale', error }
  return error ? { data: undefined, status: 'error', error } : PENDING
}

export function mapReading<T, Selected>(reading: Reading<T>, select: (data: T) => Selected): Reading<Selected> {
  if (reading.status === 'pending' || reading.status === 'error') return reading
  return { ...reading, data: select(reading.data) }
}
