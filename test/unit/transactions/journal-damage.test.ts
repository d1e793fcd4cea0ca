import { expect, test } from 'vitest'
import { silent } from '../../../src/base/logger.ts'
import { decodeJournal, encodeJournal } from '../../../src/transactions/journal-text.ts'
import type { JournalRecord } from '../../../src/transactions/journal.types.ts'
import { deposit } from '../../support/scripted-port.ts'

const GENESIS = `0x${'5a'.repeat(32)}`
const OTHER = `0x${'5b'.repeat(32)}`

const prepared = (nonce: number): JournalRecord => ({
  type: 'prepared',
  id: `${nonce}-aa`,
  intent: deposit(),
  nonce,
  gasLimit: 21_000n,
  fees: { gasPrice: 7n },
  signed: { raw: '0x02', hash: `0x${'ab'.repeat(32)}` },
  at: 1_700_000_000_000,
})
const records: readonly JournalRecord[] = [
  prepared(1),
  { type: 'mined', id: '1-aa', hash: '0xab', blockNumber: 9, status: 1 },
  prepared(2),
]

/** The number of records that a journal gives, `aside` for another chain's, `refused` for one that is damaged. */
function outcomeOf(bytes: Uint8Array, genesis: string | undefined = GENESIS): number | 'aside' | 'refused' {
  try {
    const found = decodeJournal(Buffer.from(bytes).toString('utf8'), { genesis, journal: 'j', logger: silent })
    return found === null ? 'aside' : found.length
  } catch (error) {
    if ((error as Error).name !== 'JournalError') throw error
    return 'refused'
  }
}

test.each([
  ['of its chain', GENESIS],
  ['of any chain', undefined],
])('no single flipped bit makes a journal %s lose a record', (_, genesis) => {
  const whole = Buffer.from(encodeJournal(records, genesis))
  const outcomes = new Set<unknown>()
  for (let at = 0; at < whole.length; at += 1)
    for (let bit = 0; bit < 8; bit += 1) {
      const bytes = Uint8Array.from(whole)
      bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
      outcomes.add(outcomeOf(bytes, genesis))
    }
  expect(outcomes).toEqual(new Set(['refused']))
})

test('a journal that is cut loses the record that the cut tears, and no other', () => {
  const text = encodeJournal(records, GENESIS)
  const whole = Buffer.from(text)
  const ends = [...text.matchAll(/\n/g)].map(({ index }) => index)
  const [header = 0, ...lines] = ends
  for (let length = 0; length <= whole.length; length += 1) {
    const isHeaderCut = length > 0 && length <= header
    const complete = lines.filter((end) => end <= length).length
    expect([length, outcomeOf(whole.subarray(0, length))]).toEqual([length, isHeaderCut ? 'refused' : complete])
  }
})

test('a journal of another chain is put aside, and one without a checksum in its header is read', () => {
  const bytes = Buffer.from(encodeJournal(records, GENESIS))
  expect(outcomeOf(bytes, OTHER)).toBe('aside')
  const older = Buffer.from(bytes.toString().replace(/^(og-ledger journal 1 \S+) [0-9a-f]{8}/, '$1'))
  expect([outcomeOf(older), outcomeOf(older, OTHER)]).toEqual([3, 'aside'])
  const strange = Buffer.from(bytes.toString().replace(/^og-ledger/, 'og-lodger'))
  expect(outcomeOf(strange)).toBe('refused')
})

test('records in the middle that do not check are refused with their line', () => {
  const text = encodeJournal(records, GENESIS).replace('"nonce":1', '"nonce":3')
  expect(() => decodeJournal(text, { genesis: GENESIS, journal: '/j', logger: silent })).toThrow(
    'The journal of transactions in flight is damaged.\n\njournal: /j\nline:    2',
  )
})
