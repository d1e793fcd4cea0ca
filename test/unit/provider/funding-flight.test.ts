import { expect, test } from 'vitest'
import { createFundingFlights, type FundedRequest } from '../../../src/provider/funding-flight.ts'
import type { Rejection } from '../../../src/provider/rejection.ts'

const absent: Rejection = { kind: 'absent' }
const paid: FundedRequest = { paid: 5n, opened: true }

/** Fundings that end when the test says so; an aborted one never ends by itself. */
function fundings() {
  const begun: { signal: AbortSignal; count: () => number; end: (funded: FundedRequest) => void }[] = []
  const flights = createFundingFlights(
    (rejections, signal) => new Promise((end) => void begun.push({ signal, count: () => rejections().length, end })),
  )
  return { begun, flights }
}
const turn = () => new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(resolve)))

test('requests that are rejected together wait for one funding, which knows all of them', async () => {
  const { begun, flights } = fundings()
  const waiting = [flights.join(absent), flights.join(absent)]
  await turn()
  expect(begun.map(({ count }) => count())).toEqual([2])
  begun[0]?.end(paid)
  expect(await Promise.all(waiting)).toEqual([paid, paid])
})

test('a request that is rejected after the others were aborted gets a funding of its own', async () => {
  const { begun, flights } = fundings()
  const gone = new AbortController()
  const first = flights.join(absent, gone.signal)
  await turn()
  gone.abort(new Error('gone'))
  await expect(first).rejects.toThrow('gone')
  const second = flights.join(absent)
  await turn()
  expect(begun.map(({ signal, count }) => [signal.aborted, count()])).toEqual([
    [true, 1],
    [false, 1],
  ])
  begun[1]?.end(paid)
  expect(await second).toEqual(paid)
})

test('a funding that was given up ends no later one', async () => {
  const { begun, flights } = fundings()
  const gone = new AbortController()
  const first = flights.join(absent, gone.signal)
  await turn()
  gone.abort(new Error('gone'))
  await expect(first).rejects.toThrow('gone')
  const second = flights.join(absent)
  await turn()
  begun[0]?.end({ paid: 0n, opened: false })
  await turn()
  const third = flights.join(absent)
  begun[1]?.end(paid)
  expect([await second, await third, begun.length]).toEqual([paid, paid, 2])
})
