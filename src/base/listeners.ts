/** The listeners of one event, called in the order in which they were added. */
export type Listeners<T = void> = {
  add(listener: (value: T) => void): void
  emit(value: T): void
}

/** Connects a part that emits to parts that are made after it. */
export function createListeners<T = void>(): Listeners<T> {
  const listeners: ((value: T) => void)[] = []
  return {
    add: (listener) => void listeners.push(listener),
    emit(value) {
      for (const listener of listeners) listener(value)
    },
  }
}
