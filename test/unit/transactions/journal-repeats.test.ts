import fc from 'fast-check'
import { expect, test } from 'vitest'
import { foldRecords } from '../../../src/transactions/journal-fold.ts'
import { withoutRepeats } from '../../../src/transactions/journal-repeats.ts'
import type { JournalRecord } from '../../../src/transactions/journal.types.ts'
import { topUp } from '../../support/lane-world.ts'

const fees = { gasPrice: 1n }
const prepared = (id: string): JournalRecord => {
  const hash = `0x${id}1`
  return {
    type: 'prepared',
    id,
    intent: topUp('alice', 3n),
    nonce: 0,
    gasLimit: 1n,
    fees,
    signed: { raw: hash, hash },
    at: 0,
  }
}
const refused = (id: string): JournalRecord => ({ type: 'superseded', id, reason: 'not authorized', refused: true })

const record: fc.Arbitrary<JournalRecord> = fc
  .record({ id: fc.constantFrom('a', 'b', 'c'), hash: fc.constantFrom('0x2', '0x3', '0x4') })
  .chain(({ id, hash }) =>
    fc.constantFrom<JournalRecord[]>(
      prepared(id),
      refused(id),
      { type: 'replaced', id, fees, signed: { raw: hash, hash } },
      { type: 'sent', id, hash },
      { type: 'mined', id, hash, blockNumber: 5, status: 1 },
      { type: 'unmined', id },
      { type: 'paid', id, provider: '0xp', serviceType: 'inference', amount: 1n, at: 0 },
      { type: 'asked', id, provider: '0xp', serviceType: 'inference', at: 0 },
    ),
  )

test('what the records say of each intent stays, and other records', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 40 }), (records) => {
      const kept = withoutRepeats(records)
      expect(foldRecords(kept)).toEqual(foldRecords(records))
      const others = ({ type }: JournalRecord) => type === 'paid' || type === 'asked'
      expect(kept.filter(others)).toEqual(records.filter(others))
      expect(withoutRepeats(kept)).toEqual(kept)
    }),
    { numRuns: 500 },
  )
})

test('a call that is signed with the same bytes and refused a thousand times is kept once', () => {
  const records = Array.from({ length: 1_000 }, () => [prepared('a'), refused('a')]).flat()
  expect(withoutRepeats(records)).toEqual([prepared('a'), refused('a')])
})
