import { createSerialQueue, type SerialQueue } from '../base/serial.ts'

const queues = new WeakMap<object, SerialQueue>()

/** Runs the tasks of one key one after another, in the order of the calls; tasks of different keys do not wait. */
export function inTurn<T>(key: object, task: () => Promise<T>): Promise<T> {
  const queue = queues.get(key) ?? createSerialQueue()
  queues.set(key, queue)
  return queue(task)
}
