import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createGreetings } from '../../../src/visualizer/greetings.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A reader that takes what it is told to. */
class Reader extends EventEmitter {
  destroyed = false
  waiting = 0
  written = ''
  ended = false
  takes = false
  writeHead(): this {
    return this
  }
  write(text: string): boolean {
    this.written += text
    if (!this.takes) this.waiting += text.length
    return this.takes
  }
  end(): void {
    this.ended = true
    this.emit('close')
  }
  destroy(): void {
    this.destroyed = true
    this.emit('close')
  }
  take(): void {
    this.waiting = 0
    this.emit('drain')
  }
  get response(): ServerResponse {
    return this as unknown as ServerResponse
  }
}

const turn = () => vi.advanceTimersByTimeAsync(0)

test('a reader that takes nothing holds one slice, and is left after 30 s', async () => {
  const greetings = createGreetings()
  const reader = new Reader()
  let made = 0
  const parts = (function* () {
    for (; made < 1_000; made += 1) yield 'x'.repeat(2 ** 16)
  })()
  greetings.send(reader.response, parts)
  await turn()
  expect([reader.waiting, made]).toEqual([2 ** 14, 0])
  await vi.advanceTimersByTimeAsync(29_000)
  expect(reader.destroyed).toBe(false)
  await vi.advanceTimersByTimeAsync(2_000)
  expect([reader.destroyed, reader.ended, reader.waiting, made]).toEqual([true, false, 2 ** 14, 0])
})

test('a slow reader that takes something gets all of it', async () => {
  const greetings = createGreetings()
  const reader = new Reader()
  const text = Array.from({ length: 10 }, (_, index) => String(index).repeat(2 ** 14))
  greetings.send(reader.response, text)
  while (!reader.ended) {
    await vi.advanceTimersByTimeAsync(20_000)
    reader.take()
    await turn()
  }
  expect(reader.written).toBe(text.join(''))
  expect(reader.destroyed).toBe(false)
})

test('a hundred readers at once are enough, and each that is over makes room', async () => {
  const greetings = createGreetings()
  const readers = Array.from({ length: 100 }, () => new Reader())
  for (const reader of readers) greetings.send(reader.response, ['text'])
  expect(greetings.isFull()).toBe(true)
  readers[0]?.destroy()
  expect(greetings.isFull()).toBe(false)
  await turn()
})
