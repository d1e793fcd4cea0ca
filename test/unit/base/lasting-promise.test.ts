import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLastingPromise } from '../../../src/base/lasting-promise.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('the first caller that waits keeps the process alive, until the promise resolves for all of them', async () => {
  const { promise, resolve } = createLastingPromise()
  expect(vi.getTimerCount()).toBe(0)
  const waits = [promise, promise.finally(() => undefined), promise.catch(() => undefined)].map((one) =>
    one.then(() => 'over'),
  )
  expect(vi.getTimerCount()).toBe(1)
  resolve()
  expect(vi.getTimerCount()).toBe(0)
  expect(await Promise.all(waits)).toEqual(['over', 'over', 'over'])
})

test('a promise that is resolved keeps nothing alive', async () => {
  const { promise, resolve } = createLastingPromise()
  resolve()
  await promise
  expect(vi.getTimerCount()).toBe(0)
})
