/** Runs a task once every task before it has settled. */
export type SerialQueue = <T>(task: () => Promise<T>) => Promise<T>

/**
 * A serial queue: runs tasks one after another, in the order of the calls. The caller of a task gets its result or its
 * failure; a task that fails does not stop the next one.
 */
export function createSerialQueue(): SerialQueue {
  let last: Promise<unknown> = Promise.resolve()
  return function inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = last.then(task)
    last = result.catch(() => undefined)
    return result
  }
}
