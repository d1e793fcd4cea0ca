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
    this.#listeners = [...this.#listeners, listener]
  }

  emit(value: T): void {
    for (const listener of this.#listeners) listener(value)
  }
}
