type Write = { values: Map<string, unknown>; key: string; other: unknown }

/** Values by key. What is in it is never changed, only replaced. */
export type Table<V> = {
  get(key: string): V | undefined
  /** undefined takes the key away. */
  set(key: string, value: V | undefined): void
}

/** How much had been written at some moment. */
export type Mark = number

/** A chain's storage: all of it can go back to an earlier moment, at the price of what was written since. */
export type Storage = ReturnType<typeof createStorage>

export function createStorage() {
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
    mark: (): Mark => forgotten + writes.length,
    /** Undoes everything written since. */
    revert(mark: Mark): void {
      const from = indexOf(mark)
      for (let at = writes.length - 1; at >= from; at -= 1) swap(writes[at])
      writes.length = from
    },
    /** What `read` gives at an earlier moment. What it writes it must revert. */
    at<T>(mark: Mark, read: () => T): T {
      const from = indexOf(mark)
      for (let at = writes.length - 1; at >= from; at -= 1) swap(writes[at])
      try {
        return read()
      } finally {
        for (let at = from; at < writes.length; at += 1) swap(writes[at])
      }
    },
    /** Nobody will go back to before this. */
    forget(mark: Mark): void {
      writes = writes.slice(indexOf(mark))
      forgotten = mark
    },
  }

  function indexOf(mark: Mark): number {
    if (mark < forgotten) throw new RangeError('That moment was forgotten.')
    return Math.min(mark - forgotten, writes.length)
  }
}

/** Puts back what was there before, and keeps what is there now, so that doing it twice changes nothing. */
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
