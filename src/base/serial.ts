import { abortable } from './abortable.ts'

/**
 * Runs a task once every task before it has settled.
 *
 * @throws AbortedError where the signal aborts before that: the task is not run
 */
export type SerialQueue = <T>(task: () => Promise<T>, signal?: AbortSignal) => Promise<T>

/** Before the first task of any queue. */
const START = Promise.resolve()

/**
 * A serial queue: runs tasks one after another, in the order of the calls. The caller of a task gets its result or its
 * failure; a task that fails does not stop the next one.
 */
export function createSerialQueue(): SerialQueue {
  let last: Promise<unknown> = START
  return function inTurn<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = last
    const result = abortable(before, signal).then(task)
    // A caller that gave up waiting does not let the next one past the task before it.
    last = result.catch(() => before)
    return result
  }
}
