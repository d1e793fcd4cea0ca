import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readNonces } from '../../../src/transactions/nonce-reading.policy.ts'

const own = (open: number[], mined: number[] = []) => ({ open: new Set(open), mined: new Set(mined) })

test.each([
  ['nothing is pending', { latest: 5, pending: 5 }, own([]), { next: 5, unknown: [], gap: [] }],
  ['own transactions are pending', { latest: 5, pending: 7 }, own([5, 6]), { next: 7, unknown: [], gap: [] }],
  ['the journal is lost', { latest: 5, pending: 7 }, own([]), { next: 5, unknown: [5, 6], gap: [] }],
  ['a backup is older than the pool', { latest: 5, pending: 7 }, own([5]), { next: 6, unknown: [6], gap: [] }],
  ['another program sent below ours', { latest: 5, pending: 7 }, own([6]), { next: 5, unknown: [5], gap: [] }],
  ['what was below ours is dropped', { latest: 5, pending: 5 }, own([6]), { next: 5, unknown: [], gap: [5] }],
  ['two gaps', { latest: 5, pending: 6 }, own([5, 8]), { next: 6, unknown: [], gap: [6, 7] }],
  ['the node lags behind own receipts', { latest: 5, pending: 5 }, own([7], [5, 6]), { next: 8, unknown: [], gap: [] }],
  ['the pool names fewer than were mined', { latest: 5, pending: 3 }, own([5]), { next: 6, unknown: [], gap: [] }],
  [
    'a count that includes what the pool dropped below ours',
    { latest: 5, pending: 7, pooled: [6] },
    own([6]),
    { next: 5, unknown: [], gap: [5] },
  ],
  [
    'a count far too high over an empty pool',
    { latest: 5, pending: 10, pooled: [] },
    own([]),
    { next: 5, unknown: [], gap: [] },
  ],
  [
    'a pool that shows what the journal does not know',
    { latest: 5, pending: 7, pooled: [5, 6] },
    own([6]),
    { next: 5, unknown: [5], gap: [] },
  ],
  ['one count is far too high', { latest: 5, pending: 10 }, own([]), { next: 5, unknown: [5, 6, 7, 8, 9], gap: [] }],
])('%s', (_, counts, owned, reading) => {
  expect(readNonces(counts, owned)).toEqual(reading)
})

test('the next nonce is never an own one, and unknown ones and gaps are never own', () => {
  const nonces = fc.array(fc.nat(40)).map((all) => new Set(all))
  fc.assert(
    fc.property(fc.nat(30), fc.nat(30), nonces, nonces, (latest, pending, open, mined) => {
      const { next, unknown, gap } = readNonces({ latest, pending }, { open, mined })
      const isOwn = (nonce: number) => open.has(nonce) || mined.has(nonce)
      expect(next >= latest && !isOwn(next)).toBe(true)
      for (let nonce = latest; nonce < next; nonce += 1) expect(isOwn(nonce)).toBe(true)
      expect([...unknown, ...gap].filter((nonce) => isOwn(nonce) || nonce < latest)).toEqual([])
      expect(unknown.filter((nonce) => gap.includes(nonce))).toEqual([])
      expect(gap.filter((nonce) => nonce > Math.max(...open))).toEqual([])
    }),
  )
})
