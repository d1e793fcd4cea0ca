const last = new WeakMap<object, Promise<unknown>>()

/** Runs the tasks of one key one after another, in the order of the calls; tasks of different keys do not wait. */
export function inTurn<T>(key: object, task: () => Promise<T>): Promise<T> {
  const turn = (last.get(key) ?? Promise.resolve()).then(task)
  // Whoever asked for a task hears of its failure; the next one in turn does not care.
  last.set(
    key,
    turn.catch(() => undefined),
  )
  return turn
}
