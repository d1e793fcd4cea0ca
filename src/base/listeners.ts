/** The listeners of one event, called in the order in which they were added. */
export type Listeners<T = void> = {
  add(listener: (value: T) => void): void
  emit(value: T): void
}

/** Connects a part that emits to parts that are made after it. */
export function createListeners<T = void>(): Listeners<T> {
  return new Event()
}

class Event<T> implements Listeners<T> {
  #listeners: readonly ((value: T) => void)[] = []

  add(listener: (value: T) => void): void {
    // Exactly as long as it has to be: an array that grows takes room for many.
    this.#listeners = this.#listeners.concat(listener)
  }

  emit(value: T): void {
    for (const listener of this.#listeners) listener(value)
  }
}
