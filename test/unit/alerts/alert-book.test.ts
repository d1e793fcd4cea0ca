import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createAlertBook, type Found } from '../../../src/alerts/alert-book.ts'
import type { Severity } from '../../../src/alerts/alert.types.ts'
import { decodeRecords, encodeRecords } from '../../../src/alerts/stored-records.ts'

const OPTIONS = { repeatMs: 1_000, unsureMs: 300, goneMs: 100 }
const RECEIVER = 'receiver'
const WALLET = '0xA'

const found = (severity: Severity = 'warning', name = 'one'): Found => ({
  fingerprint: `gas-low-${name}`,
  labels: { alertname: 'gas-low', network: 'testnet', wallet: WALLET },
  severity,
  summary: 'what',
  outlook: 'what will happen',
  action: 'what to do',
  resolution: 'what is so afterwards',
})

const results = (...all: readonly Found[]) => [{ alertname: 'gas-low' as const, forMs: 200, found: all }]

describe('an alert', () => {
  test('fires once its condition held for as long as its rule says, and is due once', () => {
    const book = createAlertBook(OPTIONS)
    expect(book.update(WALLET, results(found()), 0).fired).toEqual([])
    expect(book.due(RECEIVER, 0)).toEqual([])
    expect(book.update(WALLET, results(found()), 199).fired).toEqual([])
    const [alert] = book.update(WALLET, results(found()), 200).fired
    expect(alert).toMatchObject({ fingerprint: 'gas-low-one', startsAt: 0, endsAt: null })
    expect(book.due(RECEIVER, 200)).toEqual([{ status: 'firing', isRepeat: false, alert }])
    book.note(RECEIVER, book.due(RECEIVER, 200), 200, true)
    expect(book.due(RECEIVER, 1_199)).toEqual([])
    expect(book.due(RECEIVER, 1_200)).toEqual([{ status: 'firing', isRepeat: true, alert }])
  })

  test('of a condition that ends before that never fires', () => {
    const book = createAlertBook(OPTIONS)
    book.update(WALLET, results(found()), 0)
    book.update(WALLET, results(), 100)
    book.update(WALLET, results(found()), 150)
    expect(book.update(WALLET, results(found()), 349).fired).toEqual([])
    expect(book.update(WALLET, results(found()), 350).fired).toHaveLength(1)
  })

  test('is resolved once its condition was gone for a while, from the moment at which it ended', () => {
    const book = firing()
    expect(book.update(WALLET, results(), 300).resolved).toEqual([])
    book.update(WALLET, results(found()), 350)
    book.update(WALLET, results(), 400)
    expect(book.update(WALLET, results(), 499).resolved).toEqual([])
    expect(book.update(WALLET, results(), 500).resolved).toMatchObject([{ startsAt: 0, endsAt: 400 }])
    expect(book.due(RECEIVER, 500)).toMatchObject([{ status: 'resolved', isRepeat: false }])
    book.note(RECEIVER, book.due(RECEIVER, 500), 500, true)
    book.sweep([RECEIVER], 500)
    expect([book.due(RECEIVER, 9_000), book.records(), book.firing()]).toEqual([[], [], []])
  })

  test('that a receiver never heard of ends without a word to it', () => {
    const book = firing()
    book.update(WALLET, results(), 300)
    book.update(WALLET, results(), 400)
    expect(book.due('another', 400)).toEqual([])
    expect(book.due(RECEIVER, 400)).toHaveLength(1)
  })

  test('that becomes more urgent is due at once, one that becomes less urgent is not', () => {
    const book = firing()
    book.update(WALLET, results(found('critical')), 300)
    expect(book.due(RECEIVER, 300)).toMatchObject([{ status: 'firing', isRepeat: false }])
    book.note(RECEIVER, book.due(RECEIVER, 300), 300, true)
    book.update(WALLET, results(found('info')), 400)
    expect(book.due(RECEIVER, 400)).toEqual([])
  })

  test('is left as it is while its rule cannot tell', () => {
    const book = firing()
    for (const now of [300, 5_000]) book.update(WALLET, [{ alertname: 'gas-low', forMs: 200, found: null }], now)
    expect(book.firing()).toHaveLength(1)
    expect(book.due(RECEIVER, 1_000)).toEqual([])
  })

  test('whose delivery fails is due again as it was before', () => {
    const book = createAlertBook(OPTIONS)
    book.update(WALLET, results(found()), 0)
    book.update(WALLET, results(found()), 200)
    const before = book.due(RECEIVER, 200)
    const undo = book.note(RECEIVER, before, 200, false)
    expect(book.due(RECEIVER, 201)).toEqual([])
    undo()
    expect(book.due(RECEIVER, 201)).toEqual(before)
  })
})

describe('after a restart', () => {
  test('a delivery that was begun is not sent anew: a firing alert is repeated soon, a resolved one counts as sent', () => {
    const book = createAlertBook(OPTIONS)
    book.update(WALLET, results(found(), found('warning', 'other')), 0)
    book.update(WALLET, results(found(), found('warning', 'other')), 200)
    book.note(RECEIVER, book.due(RECEIVER, 200), 200, false)
    const next = restarted(book, 250)
    expect(next.due(RECEIVER, 499)).toEqual([])
    expect(next.due(RECEIVER, 500)).toMatchObject([{ isRepeat: true }, { isRepeat: true }])
    next.update(WALLET, results(), 600)
    next.update(WALLET, results(), 700)
    next.note(RECEIVER, next.due(RECEIVER, 700), 700, false)
    const last = restarted(next, 750)
    expect(last.due(RECEIVER, 9_000)).toEqual([])
  })

  test('times that were written under a clock that was ahead count as now', () => {
    const book = firing(1_000_000)
    const next = restarted(book, 5_000)
    expect(next.due(RECEIVER, 5_999)).toEqual([])
    expect(next.due(RECEIVER, 6_000)).toHaveLength(1)
    next.update(WALLET, results(), 6_000)
    expect(next.update(WALLET, results(), 6_100).resolved).toMatchObject([{ startsAt: 5_000, endsAt: 6_000 }])
  })

  test.for(['', '{', '[]', 'null', '{"version":2,"records":[]}', '{"version":1,"records":[{}]}'])(
    'a state that is none is refused: %s',
    (text) => expect(decodeRecords(text, 0)).toBeNull(),
  )
})

/** A receiver hears of an alert as of a light: on, on again, off; never off before on, never twice the same change. */
test('whatever conditions, failures and restarts: a receiver gets firing and resolved by turns, and ends with the truth', () => {
  const step = fc.record({
    after: fc.integer({ min: 1, max: 400 }),
    on: fc.array(fc.constantFrom('one', 'two'), { maxLength: 2 }),
    delivery: fc.constantFrom('taken', 'taken', 'failed', 'killed'),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let book = createAlertBook(OPTIONS)
      let now = 0
      const heard = new Map<string, string[]>()
      const live = ({ after, on, delivery }: (typeof steps)[number]) => {
        now += after
        book.update(WALLET, results(...[...new Set(on)].map((name) => found('warning', name))), now)
        const due = book.due(RECEIVER, now)
        const undo = book.note(RECEIVER, due, now, false)
        if (delivery === 'failed') undo()
        // A process that is killed during a delivery may have been heard.
        else
          for (const { alert, status, isRepeat } of due)
            heard.set(alert.fingerprint, [
              ...(heard.get(alert.fingerprint) ?? []),
              isRepeat ? 'still' : status === 'firing' ? 'on' : 'off',
            ])
        if (delivery === 'taken') book.note(RECEIVER, due, now, true)
        if (delivery === 'killed') book = restarted(book, now)
        book.sweep([RECEIVER], now)
      }
      steps.forEach(live)
      const last = steps.at(-1)?.on ?? []
      for (let quiet = 0; quiet < 4; quiet += 1) live({ after: 250, on: last, delivery: 'taken' })

      for (const [fingerprint, words] of heard) {
        const changes = words.filter((word) => word !== 'still')
        expect(changes).toEqual(changes.map((_, index) => (index % 2 === 0 ? 'on' : 'off')))
        expect(words[0]).toBe('on')
        expect(changes.at(-1)).toBe(last.some((name) => `gas-low-${name}` === fingerprint) ? 'on' : 'off')
      }
      for (const name of last) expect(heard.has(`gas-low-${name}`)).toBe(true)
    }),
    { numRuns: Number(process.env['LAW_RUNS'] ?? 200) },
  )
})

function firing(now = 0) {
  const book = createAlertBook(OPTIONS)
  book.update(WALLET, results(found()), now)
  book.update(WALLET, results(found()), now + 200)
  book.note(RECEIVER, book.due(RECEIVER, now + 200), now + 200, true)
  return book
}

function restarted(book: ReturnType<typeof createAlertBook>, now: number) {
  return createAlertBook(OPTIONS, decodeRecords(encodeRecords(book.records()), now) ?? [])
}
