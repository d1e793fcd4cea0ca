/** A part that others are wired to before it is made, and call only after that. */
export type Slot<T> = {
  /** @throws Error before the part is there: a fault of the wiring */
  get(): T
  put(part: T): void
}

export function createSlot<T extends object>(name: string): Slot<T> {
  let part: T | null = null
  return {
    get() {
      if (part === null) throw new Error(`The ${name} is used before it is made.`)
      return part
    },
    put(made) {
      if (part !== null) throw new Error(`The ${name} is made twice.`)
      part = made
    },
  }
}
