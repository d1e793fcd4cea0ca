import { getEventListeners } from 'node:events'
import { expect, test, vi } from 'vitest'
import { abortable, onAbort } from '../../../src/base/abortable.ts'

const forever = new Promise<never>(() => undefined)
const listenersOf = (signal: AbortSignal) => getEventListeners(signal, 'abort').length

test('many waits on one signal take one listener, and an abort ends them all', async () => {
  const abort = new AbortController()
  expect(listenersOf(abort.signal)).toBe(0)
  const waits = Promise.allSettled(Array.from({ length: 30 }, () => abortable(forever, abort.signal)))
  expect(listenersOf(abort.signal)).toBe(1)
  abort.abort()
  expect(new Set((await waits).map((one) => one.status === 'rejected' && (one.reason as Error).name))).toEqual(
    new Set(['AbortedError']),
  )
  expect(listenersOf(abort.signal)).toBe(0)
})

test('the listener leaves with the last wait, and comes back with the next one', async () => {
  const { signal } = new AbortController()
  let finish: (value: number) => void = () => undefined
  const slow = abortable(new Promise<number>((resolve) => (finish = resolve)), signal)
  expect(await abortable(Promise.resolve(1), signal)).toBe(1)
  expect(listenersOf(signal)).toBe(1)
  finish(2)
  expect(await slow).toBe(2)
  await Promise.resolve()
  expect(listenersOf(signal)).toBe(0)
  const end = onAbort(signal, () => undefined)
  expect(listenersOf(signal)).toBe(1)
  end()
  expect(listenersOf(signal)).toBe(0)
})

test('a function that is given twice is called twice, and each end takes one away', () => {
  const abort = new AbortController()
  const call = vi.fn()
  const ends = [1, 2, 3].map(() => onAbort(abort.signal, call))
  ends[0]?.()
  ends[0]?.()
  abort.abort()
  expect(call).toHaveBeenCalledTimes(2)
})

test('each signal has its own waits', () => {
  const [first, second] = [new AbortController(), new AbortController()]
  const calls: string[] = []
  onAbort(first.signal, () => calls.push('first'))
  onAbort(second.signal, () => calls.push('second'))
  second.abort()
  expect(calls).toEqual(['second'])
})

test('without a signal there is nothing to end', () => {
  expect(onAbort(undefined, () => undefined)()).toBeUndefined()
})
