import { expect, test } from 'vitest'
import type { Position } from '../../../machines/position.types.ts'
import { createEndProof, type End } from '../../../src/closing/end-proof.ts'
import { createFinality } from '../../../src/transactions/finality.ts'
import type { ClosingIntention } from '../../../src/transactions/journal.types.ts'

/** A proof on a chain with a block each second. `see` reads its head. */
function proving({ lastStepBlock = () => null }: { lastStepBlock?: (one: ClosingIntention) => number | null } = {}) {
  let now = 0
  const clock = { now: () => now, elapsed: () => now, after: () => () => undefined }
  const blockTimeMs = () => 1_000
  const { isFinal } = createFinality({ clock, blockTimeMs })
  const proof = createEndProof({ lane: { isFinal }, lastStepBlock, blockTimeMs, clock })
  return {
    pass: (seconds: number) => void (now += 1_000 * seconds),
    see: (one: ClosingIntention, end: End | null, number = 100 + now / 1_000): boolean =>
      proof.isProven(one, { block: { number, timestamp: number } } as Position, end),
  }
}

const request = (id: string): ClosingIntention => ({ id, since: 0 })

test('an end without a receipt is proven by three readings over twelve blocks', () => {
  const { see, pass } = proving()
  const one = request('one')
  const seen = [0, 4, 7].map((seconds) => (pass(seconds), see(one, 'gone')))
  expect([...seen, (pass(1), see(one, 'gone'))]).toEqual([false, false, false, true])
})

test('a head that is named far too high proves nothing, and neither does a reading in between that shows no end', () => {
  const { see, pass } = proving()
  const one = request('one')
  expect([see(one, 'gone'), see(one, 'gone', 1_000), see(one, 'gone', 2_000)]).toEqual([false, false, false])
  pass(30)
  expect(see(one, null, 2_001)).toBe(false)
  expect([see(one, 'gone', 2_002), see(one, 'stuck', 2_003)]).toEqual([false, false])
})

test('the receipt of the last step proves it, unless a later block has shown a ledger', () => {
  const one = request('one')
  expect(proving({ lastStepBlock: () => 90 }).see(one, 'gone')).toBe(true)
  const { see } = proving({ lastStepBlock: () => 90 })
  expect([see(one, null, 95), see(one, 'gone', 100)]).toEqual([false, false])
})

test('what proved the end of one request proves nothing of the next one', () => {
  const { see, pass } = proving()
  const [one, two] = [request('one'), request('two')]
  for (const seconds of [0, 6, 6]) {
    pass(seconds)
    see(one, 'gone')
  }
  pass(3_600)
  expect([see(two, 'gone'), see(one, 'gone')]).toEqual([false, false])
})
