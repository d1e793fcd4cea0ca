import { countWords, wordsOf, type Layout, type WordCount } from './words.ts'

type Rows = { values: Map<string, unknown>; layout: Layout }
type Write = { rows: Rows; key: string; other: unknown }

/** Values by key. A write replaces a value and never mutates it. */
export type Table<V> = {
  get(key: string): V | undefined
  /** undefined removes the key. */
  set(key: string, value: V | undefined): void
}

/** A moment of the storage: the number of writes before it. */
export type Mark = number

export type Storage = {
  /** @param layout the words that the contract stores for a row, by default one for each value */
  table<V>(layout?: Layout): Table<V>
  mark(): Mark
  /** How many words differ from those at a mark. */
  wordsSince(mark: Mark): WordCount
  /** Undoes all writes after a mark. */
  revert(mark: Mark): void
  /** Runs `read` on the state at a mark. `read` must revert its own writes. */
  at<T>(mark: Mark, read: () => T): T
  /** Frees the memory of all writes before a mark, which can no longer be reverted. */
  forget(mark: Mark): void
}

/** A journaled key-value storage: it can revert to any earlier mark, at the cost of the writes since. */
export function createStorage(): Storage {
  let writes: Write[] = []
  let forgotten = 0

  return {
    table<V>(layout: Layout = wordsOf): Table<V> {
      const values = new Map<string, V>()
      const rows = { values, layout }
      return {
        get: (key) => values.get(key),
        set(key, value) {
          writes.push({ rows, key, other: values.get(key) })
          put(values, key, value)
        },
      }
    },
    mark: () => forgotten + writes.length,
    wordsSince(mark) {
      const count = { created: 0, changed: 0, cleared: 0 }
      for (const { rows, key, other } of firstOf(writes.slice(indexOf(mark))))
        countWords(rows.layout(other), rows.layout(rows.values.get(key)), count)
      return count
    },
    revert(mark) {
      const from = indexOf(mark)
      for (let at = writes.length - 1; at >= from; at -= 1) swap(writes[at])
      writes.length = from
    },
    at(mark, read) {
      const from = indexOf(mark)
      for (let at = writes.length - 1; at >= from; at -= 1) swap(writes[at])
      try {
        return read()
      } finally {
        for (let at = from; at < writes.length; at += 1) swap(writes[at])
      }
    },
    forget(mark) {
      writes = writes.slice(indexOf(mark))
      forgotten = mark
    },
  }

  function indexOf(mark: Mark): number {
    if (mark < forgotten) throw new RangeError('The storage has forgotten that moment.')
    return Math.min(mark - forgotten, writes.length)
  }
}

/** The first write of each row: it holds the row from before all of them. */
function firstOf(writes: readonly Write[]): Write[] {
  const seen = new Map<Rows, Set<string>>()
  return writes.filter(({ rows, key }) => {
    const keys = seen.get(rows) ?? new Set()
    seen.set(rows, keys)
    return !keys.has(key) && keys.add(key)
  })
}

/** Exchanges the old and the current value of a write: a second swap restores the current one. */
function swap(write: Write | undefined): void {
  if (!write) return
  const { key, other } = write
  const { values } = write.rows
  write.other = values.get(key)
  put(values, key, other)
}

function put<V>(values: Map<string, V>, key: string, value: V | undefined): void {
  if (value === undefined) values.delete(key)
  else values.set(key, value)
}
