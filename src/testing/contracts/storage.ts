type Write = { values: Map<string, unknown>; key: string; other: unknown }

/** Values by key. A write replaces a value and never mutates it. */
export type Table<V> = {
  get(key: string): V | undefined
  /** undefined removes the key. */
  set(key: string, value: V | undefined): void
}

/** A moment of the storage: the number of writes before it. */
export type Mark = number

export type Storage = {
  table<V>(): Table<V>
  mark(): Mark
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
    table<V>(): Table<V> {
      const values = new Map<string, V>()
      return {
        get: (key) => values.get(key),
        set(key, value) {
          writes.push({ values, key, other: values.get(key) })
          put(values, key, value)
        },
      }
    },
    mark: () => forgotten + writes.length,
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

/** Exchanges the old and the current value of a write: a second swap restores the current one. */
function swap(write: Write | undefined): void {
  if (!write) return
  const { values, key, other } = write
  write.other = values.get(key)
  put(values, key, other)
}

function put<V>(values: Map<string, V>, key: string, value: V | undefined): void {
  if (value === undefined) values.delete(key)
  else values.set(key, value)
}
