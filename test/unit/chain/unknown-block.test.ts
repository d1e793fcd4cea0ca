import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ReadError } from '../../../src/base/errors.ts'
import { isUnknownBlock } from '../../../src/chain/unknown-block.ts'
import { untilBlockKnown } from '../../../src/chain/until-block-known.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const nodeError = (message: string) => ({ code: 'UNKNOWN_ERROR', error: { code: -32000, message } })

test.for([
  'header not found',
  'unknown block',
  'block not found: 123',
  'could not find block',
  'BlockOutOfRangeError: block height is 5 but requested was 8',
  'height 123 must be less than or equal to the current blockchain height 120',
  'cannot query unfinalized data',
])('the message "%s" means that the node lacks the block', (message) => {
  expect(isUnknownBlock(nodeError(message))).toBe(true)
  expect(isUnknownBlock(new ReadError('The chain could not be read.', {}, { cause: new Error(message) }))).toBe(true)
})

test.for(['execution reverted', 'limit exceeded', 'missing trie node', 'internal error'])(
  '"%s" does not',
  (message) => {
    expect(isUnknownBlock(nodeError(message))).toBe(false)
  },
)

test.for([
  [1_000, 6_000],
  [100, 2_000],
  [12_000, 10_000],
])('at %i ms a block a query waits up to %i ms for a node that lags', async ([blockTimeMs = 0, longestMs = 0]) => {
  const lagging = (lagMs: number) => {
    const endsAt = Date.now() + lagMs
    return () => (Date.now() >= endsAt ? Promise.resolve('known') : Promise.reject(new Error('header not found')))
  }
  const soon = untilBlockKnown(lagging(longestMs - 1_000), () => blockTimeMs)
  const late = untilBlockKnown(lagging(longestMs + 20_000), () => blockTimeMs).catch((error: Error) => error.message)
  await vi.advanceTimersByTimeAsync(longestMs + 6_000)
  expect([await soon, await late]).toEqual(['known', 'header not found'])
})

test('a clock that is set back by an hour prolongs no wait', async () => {
  const query = untilBlockKnown(
    () => Promise.reject(new Error('header not found')),
    () => 1_000,
  ).catch((error: Error) => error.message)
  await vi.advanceTimersByTimeAsync(1_000)
  vi.setSystemTime(Date.now() - 3_600_000)
  await vi.advanceTimersByTimeAsync(6_000)
  expect(await Promise.race([query, Promise.resolve('still waiting')])).toBe('header not found')
})

test('another error is not waited for', async () => {
  const query = vi.fn(() => Promise.reject(new Error('limit exceeded')))
  await expect(untilBlockKnown(query, () => 1_000)).rejects.toThrow('limit exceeded')
  expect(query).toHaveBeenCalledTimes(1)
})
