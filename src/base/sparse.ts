/** What is asked of a set whose members another part changes. */
export type Members<Value> = Pick<ReadonlySet<Value>, 'has' | 'size'> & Iterable<Value>

/** A set that takes no room while it is empty: an empty Set takes two hundred bytes, and of many wallets most leave most sets empty. */
export class SparseSet<Value> implements Iterable<Value> {
  #all: Set<Value> | null = null

  get size(): number {
    return this.#all?.size ?? 0
  }

  has(value: Value): boolean {
    return this.#all?.has(value) === true
  }

  add(value: Value): void {
    this.#all ??= new Set()
    this.#all.add(value)
  }

  delete(value: Value): boolean {
    return this.#all?.delete(value) === true
  }

  clear(): void {
    this.#all = null
  }

  [Symbol.iterator](): Iterator<Value> {
    return (this.#all ?? []).values()
  }
}

/** The same of a map. */
export class SparseMap<Key, Value> implements Iterable<[Key, Value]> {
  #all: Map<Key, Value> | null = null

  get size(): number {
    return this.#all?.size ?? 0
  }

  has(key: Key): boolean {
    return this.#all?.has(key) === true
  }

  get(key: Key): Value | undefined {
    return this.#all?.get(key)
  }

  set(key: Key, value: Value): void {
    this.#all ??= new Map()
    this.#all.set(key, value)
  }

  delete(key: Key): void {
    this.#all?.delete(key)
  }

  clear(): void {
    this.#all = null
  }

  values(): Iterable<Value> {
    return this.#all?.values() ?? []
  }

  [Symbol.iterator](): Iterator<[Key, Value]> {
    return (this.#all ?? new Map<Key, Value>()).entries()
  }
}
