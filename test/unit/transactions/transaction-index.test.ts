import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTransactionIndex, type TransactionIndex } from '../../../src/transactions/transaction-index.ts'
import { createTrackedTransaction, type TrackedTransaction } from '../../../src/transactions/tracked-transaction.ts'
import type { Intent } from '../../../src/transactions/intent.ts'
import { deposit } from '../../support/scripted-port.ts'

const entryAt = (nonce: number, intent: Intent = deposit()): TrackedTransaction =>
  createTrackedTransaction(
    { id: `${nonce}`, intent, nonce, gasLimit: 21_000n, attempts: [], background: true, at: 0 },
    () => ({}),
    0,
  )

const none = () => false

const REMEMBERED = 1_000

type Step =
  | { type: 'add'; nonce: number }
  | { type: 'mine'; which: number; block: number | null }
  | { type: 'supersede'; which: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant('add' as const), nonce: fc.nat(8) }),
  fc.record({
    type: fc.constant('mine' as const),
    which: fc.nat(20),
    block: fc.option(fc.integer({ min: 1, max: 12 }), { nil: null }),
  }),
  fc.record({ type: fc.constant('supersede' as const), which: fc.nat(20) }),
)

test('the index finds by block and by nonce what a search through all transactions finds', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(12), fc.nat(12), (steps, from, to) => {
      const entries = createTransactionIndex(none)
      /** The block in which each transaction was last set to be mined. */
      const told = new Map<TrackedTransaction, number | null>()
      for (const one of steps) take(entries, one, told)
      const { all } = entries
      expect(all.map(({ minedIn }) => minedIn)).toEqual(all.map((entry) => told.get(entry) ?? null))
      const isIn = (entry: TrackedTransaction) => (told.get(entry) ?? 0) > from && (told.get(entry) ?? 0) <= to
      const found = entries.minedIn(from, to)
      expect(found.map((entry) => all.indexOf(entry)).toSorted(byNumber)).toEqual(
        all.filter(isIn).map((entry) => all.indexOf(entry)),
      )
      const blocks = found.map(({ minedIn }) => minedIn ?? 0)
      expect(blocks).toEqual(blocks.toSorted(byNumber))
      for (let nonce = 0; nonce <= 9; nonce += 1)
        expect([nonce, isTaken(entries, nonce)]).toEqual([
          nonce,
          all.some((entry) => entry.nonce === nonce && !isSuperseded(entry)),
        ])
    }),
    { numRuns: 300 },
  )
})

test('the index forgets the oldest transaction with an outcome for a new one, with its nonce and its block', () => {
  const entries = createTransactionIndex(none)
  const old = Array.from({ length: REMEMBERED }, (_, nonce) => entryAt(nonce))
  expect(old.filter((entry) => entries.add(entry) !== null)).toHaveLength(0)
  const [, second] = old
  if (!second) throw new Error('There is no second.')
  mine(entries, second, 7)
  expect(entries.minedIn(6, 7)).toEqual([second])
  const fresh = entryAt(REMEMBERED)
  // The first one is still open.
  expect(entries.add(fresh)?.id).toBe('1')
  expect([isTaken(entries, 0), isTaken(entries, 1), isTaken(entries, REMEMBERED)]).toEqual([true, false, true])
  expect(entries.minedIn(0, 10)).toEqual([])
  expect(entries.all.map(({ nonce }) => nonce)).toEqual([
    0,
    ...Array.from({ length: REMEMBERED - 1 }, (_, at) => at + 2),
  ])
})

test('the index does not forget a step of open work, however many transactions follow', () => {
  let isOpen = true
  const entries = createTransactionIndex(({ closing }) => isOpen && closing === 'closing-1')
  const step = entryAt(0, { ...deposit(), closing: 'closing-1' })
  entries.add(step)
  mine(entries, step, 7)
  for (let nonce = 1; nonce < REMEMBERED; nonce += 1) entries.add(entryAt(nonce))
  expect([entries.add(entryAt(REMEMBERED)), entries.minedIn(0, 10)]).toEqual([null, [step]])
  isOpen = false
  expect(entries.add(entryAt(REMEMBERED + 1))).toBe(step)
})

test('the nonce of a forgotten transaction stays taken where a later one has it', () => {
  const entries = createTransactionIndex(none)
  const first = entryAt(0)
  entries.add(first)
  first.actor.send({ type: 'nonce.taken', reason: 'a stranger' })
  for (let nonce = 0; nonce < REMEMBERED - 1; nonce += 1) entries.add(entryAt(nonce))
  expect([entries.add(entryAt(REMEMBERED)), isTaken(entries, 0)]).toEqual([first, true])
})

test('the index forgets nothing while every transaction is open', () => {
  const entries = createTransactionIndex(none)
  for (let nonce = 0; nonce < REMEMBERED + 2; nonce += 1) expect(entries.add(entryAt(nonce))).toBeNull()
  expect(entries.all).toHaveLength(REMEMBERED + 2)
})

/** As a lane does it: a nonce that is taken is not given again. */
function take(
  entries: ReturnType<typeof createTransactionIndex>,
  one: Step,
  told: Map<TrackedTransaction, number | null>,
): void {
  if (one.type === 'add') {
    if (!isTaken(entries, one.nonce)) entries.add(entryAt(one.nonce))
    return
  }
  const entry = entries.all[one.which]
  if (!entry || isSuperseded(entry)) return
  if (one.type === 'mine') {
    mine(entries, entry, one.block)
    told.set(entry, one.block)
  } else if (entry.minedIn === null) entry.actor.send({ type: 'nonce.taken', reason: 'a stranger' })
}

function mine(
  entries: ReturnType<typeof createTransactionIndex>,
  entry: TrackedTransaction,
  block: number | null,
): void {
  entries.setMinedIn(entry, block)
  const { id } = entry
  entry.actor.send({ type: 'sent', hash: id })
  if (block === null) entry.actor.send({ type: 'receipt.gone' })
  else entry.actor.send({ type: 'receipt.succeeded', hash: id, blockNumber: block, gasUsed: '1' })
}

const isSuperseded = ({ actor }: TrackedTransaction): boolean => actor.getSnapshot().value === 'superseded'

const byNumber = (a: number, b: number): number => a - b

function isTaken(index: TransactionIndex, nonce: number): boolean {
  const { open, mined } = index.nonces()
  return open.has(nonce) || mined.has(nonce)
}
