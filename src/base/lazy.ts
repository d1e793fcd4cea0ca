/**
 * A part that is made at its first use: of many wallets most never send, close or claim anything. It hears of nothing before that, so a
 * part that follows positions or transactions is made at once.
 */
export class Lazy<Part extends object> {
  readonly #make: () => Part
  #part: Part | null = null

  constructor(make: () => Part) {
    this.#make = make
  }

  /** The part; made where nothing has used it so far. */
  get part(): Part {
    return (this.#part ??= this.#make())
  }

  /** The part where something has used it; null otherwise. */
  get made(): Part | null {
    return this.#part
  }
}

/** For a map or a set that most wallets leave empty: an empty one takes two hundred bytes. */
export const mapOf = <Key, Value>(): Map<Key, Value> => new Map()
export const setOf = <Value>(): Set<Value> => new Set()
