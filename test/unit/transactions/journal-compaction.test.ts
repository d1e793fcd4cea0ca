import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compactRecords } from '../../../src/transactions/journal-compaction.ts'
import { closingIn, foldRecords, openClaims } from '../../../src/transactions/journal-fold.ts'
import { encodeRecord } from '../../../src/transactions/record-codec.ts'
import type { JournalEntry, JournalRecord } from '../../../src/transactions/journal.types.ts'
import { deposit } from '../../support/scripted-port.ts'

const DAY = 86_400
const account = { provider: '0xp', serviceType: 'inference' as const }

type Life = {
  outcome: 'open' | 'mined' | 'reverted' | 'superseded' | 'unmined'
  work: 'none' | 'claim' | 'closing'
  /** Day of the decision, where auto-funding or auto-deposit made it. */
  day: number | null
  pays: 'sub-account' | 'ledger'
}

/** Most are mined, so that there are more than compaction keeps. */
const outcomes: readonly Life['outcome'][] = [
  ...Array.from({ length: 8 }, () => 'mined' as const),
  'open',
  'reverted',
  'superseded',
  'unmined',
]

const life: fc.Arbitrary<Life> = fc.record({
  outcome: fc.constantFrom(...outcomes),
  work: fc.constantFrom('none', 'none', 'none', 'none', 'claim', 'closing'),
  day: fc.option(fc.nat(60), { nil: null }),
  pays: fc.constantFrom('sub-account', 'ledger'),
})

/** A journal of these transactions, with a claim and a closing that are open or over. */
function journalOf(lives: readonly Life[], { claim, closing }: { claim: boolean; closing: boolean }): JournalRecord[] {
  return [
    { type: 'claiming', id: 'claim', serviceType: 'inference', accounts: [], at: 0 },
    { type: 'closing', id: 'closing', at: 0 },
    ...lives.flatMap(recordsOf),
    ...(claim ? [] : [{ type: 'claiming-ended', id: 'claim' } as const]),
    ...(closing ? [] : [{ type: 'closing-ended', id: 'closing', outcome: 'closed' } as const]),
  ]
}

function recordsOf({ outcome, work, day, pays }: Life, nonce: number): JournalRecord[] {
  const id = `${nonce}`
  const hash = `0x${nonce}`
  const intent = {
    ...deposit(),
    ...(day !== null && { subAccount: pays === 'ledger' ? null : account, decidedAt: day * DAY }),
    ...(work !== 'none' && { [work]: work }),
  }
  const signed = { raw: '0x02', hash }
  const prepared = { type: 'prepared', id, intent, nonce, gasLimit: 1n, fees: { gasPrice: 1n }, signed, at: 0 } as const
  const mined = { type: 'mined', id, hash, blockNumber: nonce, status: outcome === 'reverted' ? 0 : 1 } as const
  switch (outcome) {
    case 'open':
      return [prepared]
    case 'superseded':
      return [prepared, { type: 'superseded', id, reason: '' }]
    case 'unmined':
      return [prepared, mined, { type: 'unmined', id }]
    case 'mined':
    case 'reverted':
      return [prepared, mined]
  }
}

const journals = fc
  .tuple(
    fc.array(life, { minLength: 200, maxLength: 400, size: 'max' }),
    fc.record({ claim: fc.boolean(), closing: fc.boolean() }),
  )
  .map(([lives, open]) => journalOf(lives, open))

/** One short line for each intent. */
const linesOf = (entries: readonly JournalEntry[]): string[] =>
  entries.map(({ prepared, attempts, outcome }) => `${prepared.id} ${attempts.length} ${JSON.stringify(outcome)}`)

/** What budgets count of a journal, top-ups and deposits apart: payments made in the 31 days before the newest. */
function paymentsIn(records: readonly JournalRecord[]): Record<'paid' | 'deposited', number[]> {
  const known = records.flatMap((record) =>
    record.type === 'paid' || record.type === 'deposited' ? [{ type: record.type, at: record.at }] : [],
  )
  const sent = foldRecords(records).flatMap(({ prepared: { intent }, outcome }) =>
    intent.decidedAt === null || outcome?.type === 'superseded' || outcome?.status === 0
      ? []
      : [{ type: intent.subAccount === null ? ('deposited' as const) : ('paid' as const), at: intent.decidedAt }],
  )
  const all = [...known, ...sent]
  const newest = Math.max(...all.map(({ at }) => at))
  const of = (type: 'paid' | 'deposited') =>
    all.flatMap((one) => (one.type === type && newest - one.at <= 31 * DAY ? [one.at] : [])).toSorted((a, b) => a - b)
  return { paid: of('paid'), deposited: of('deposited') }
}

test('compaction keeps open intents, the steps of open work, and the latest 200 others, each with all its records', () => {
  fc.assert(
    fc.property(journals, (records) => {
      const claims = new Set(openClaims(records).map(({ id }) => id))
      const closing = closingIn(records)?.id
      const isNeeded = ({ prepared: { intent }, outcome }: JournalEntry) =>
        outcome === null || claims.has(intent.claim ?? '') || (closing !== undefined && intent.closing === closing)
      const entries = foldRecords(records)
      const others = entries.filter((entry) => !isNeeded(entry)).slice(-200)
      const expected = entries.filter((entry) => isNeeded(entry) || others.includes(entry))
      expect(linesOf(foldRecords(compactRecords(records)))).toEqual(linesOf(expected))
    }),
    { numRuns: 60, endOnFailure: true },
  )
})

test('compaction changes neither open work nor what budgets count, and a second one changes nothing', () => {
  fc.assert(
    fc.property(journals, (records) => {
      const compacted = compactRecords(records)
      expect([openClaims(compacted), closingIn(compacted)]).toEqual([openClaims(records), closingIn(records)])
      expect(paymentsIn(compacted)).toEqual(paymentsIn(records))
      expect(compactRecords(compacted).map(encodeRecord)).toEqual(compacted.map(encodeRecord))
    }),
    { numRuns: 60, endOnFailure: true },
  )
})
