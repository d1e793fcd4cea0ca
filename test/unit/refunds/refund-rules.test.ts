import fc from 'fast-check'
import { expect, test } from 'vitest'
import { drainsBetween } from '../../../src/refunds/drains.ts'
import { isFull, isRetrievable, nothingToRetrieve, queuedSince } from '../../../src/refunds/refund-rules.ts'
import type { Position, Refund, SubAccountPosition } from '../../../src/index.ts'

const LOCK = 100

type Contract = { free: bigint; refunds: { amount: bigint; createdAt: number }[]; ledger: bigint }
/** Events of a sub-account, with the effect that the contract gives them. */
type Move = { kind: 'charge' | 'transfer'; amount: bigint } | { kind: 'retrieve' }

const moves = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constantFrom('charge' as const, 'transfer' as const), amount: fc.bigInt(0n, 30n) }),
    fc.record({ kind: fc.constant('retrieve' as const) }),
  ),
  { maxLength: 12 },
)

test('drains are exact to the wei where the wallet sends nothing between two positions', () => {
  fc.assert(
    fc.property(histories(), fc.array(fc.bigInt(0n, 30n), { maxLength: 5 }), ({ start, now }, charges) => {
      let end = start
      let drained = 0n
      for (const amount of charges) {
        const next = play(end, { kind: 'charge', amount }, now)
        drained += pendingOf(end) - pendingOf(next)
        end = next
      }
      expect(sumOf(drains(start, end, now, { transferred: 0n, retrieved: false }))).toBe(drained)
    }),
  )
})

test('drains never exceed what providers were paid, whatever else happens between two positions', () => {
  fc.assert(
    fc.property(histories(), moves, fc.nat(2 * LOCK), ({ start, now }, between, later) => {
      let end = start
      const own = { transferred: 0n, retrieved: false }
      let drained = 0n
      for (const move of between) {
        const next = play(end, move, now + later)
        if (move.kind === 'charge') drained += pendingOf(end) - pendingOf(next)
        if (move.kind === 'transfer') own.transferred += move.amount
        if (move.kind === 'retrieve') own.retrieved = true
        end = next
      }
      const told = sumOf(drains(start, end, now + later, own))
      expect(told >= 0n && told <= drained).toBe(true)
    }),
  )
})

const shown = (available: bigint, claimable: bigint, refunds: number, pendingRefund = 0n): SubAccountPosition => ({
  provider: 'alice',
  serviceType: 'inference',
  balance: available + pendingRefund,
  pendingRefund,
  available,
  claimable,
  refunds: Array.from({ length: refunds }, (_, index) => ({
    amount: 1n,
    createdAt: 60 * (refunds - index),
    unlocksAt: 3_600 + 60 * (refunds - index),
    claimable: false,
  })),
  acknowledged: true,
  tokensRevoked: false,
})

test('a sub-account is retrievable where something is free or unlocked, and the contract has a refund place', () => {
  const table = [
    shown(0n, 0n, 0),
    shown(1n, 0n, 0),
    shown(0n, 1n, 1),
    shown(1n, 0n, 4),
    shown(1n, 0n, 5),
    shown(1n, 1n, 5),
    shown(0n, 0n, 5),
    shown(0n, 1n, 5),
  ].map((one) => [isFull(one), isRetrievable(one)])
  expect(table).toEqual([
    [false, false],
    [false, true],
    [false, true],
    [false, true],
    [true, false],
    [false, true],
    [false, false],
    [false, true],
  ])
})

test('the error for nothing to retrieve says what is locked, and until when', () => {
  const og = 10n ** 18n
  const { message, facts } = nothingToRetrieve([shown(0n, og, 2, 3n * og), shown(0n, 0n, 1, og)], 'inference')
  expect(message).toMatch(/^There is nothing to retrieve\./)
  expect(facts).toEqual({
    serviceType: 'inference',
    'sub-accounts': '2',
    locked: '3 OG',
    'next unlock': '1970-01-01T01:01:00.000Z',
  })
  expect(nothingToRetrieve([]).facts).toEqual({ 'sub-accounts': '0', locked: '0 OG' })
})

test('queuedSince finds the refund that a retrieve queued, while it is the newest and the only new one', () => {
  const refund = (createdAt: number, amount = 1n): Refund => ({ createdAt, amount, unlocksAt: 0, claimable: false })
  const at = (...times: number[]) => times.map((time) => refund(time))
  expect(queuedSince([], [1, 2])).toBeNull()
  expect(queuedSince(at(1, 2), [1, 2])).toBeNull()
  expect(queuedSince(at(2, 3), [1, 2])).toEqual(refund(3))
  expect(queuedSince(at(2, 2), [1, 2])).toEqual(refund(2))
  expect(queuedSince(at(2, 3, 4), [1, 2])).toBeNull()
  expect(queuedSince([refund(3, 7n)], [])).toEqual(refund(3, 7n))
})

/** A sub-account after some history, and the block time then. */
function histories() {
  return moves.map((history) => {
    let contract: Contract = { free: 20n, refunds: [], ledger: 1_000n }
    for (const [index, move] of history.entries()) contract = play(contract, move, index * 20)
    return { start: contract, now: history.length * 20 }
  })
}

function play({ free, refunds, ledger }: Contract, move: Move, now: number): Contract {
  if (move.kind === 'retrieve') {
    const left = refunds.filter(({ createdAt }) => now < createdAt + LOCK)
    const claimed = sumOf(refunds) - sumOf(left)
    if (free > 0n && left.length === 5) return { free, refunds, ledger }
    const queued = free > 0n ? [{ amount: free, createdAt: now }] : []
    return { free: 0n, refunds: [...left, ...queued], ledger: ledger + claimed }
  }
  const fromFree = move.kind === 'charge' ? least(move.amount, free) : 0n
  const { left, cancelled } = cancel(refunds, move.amount - fromFree)
  if (move.kind === 'charge') return { free: free - fromFree, refunds: left, ledger }
  return { free: free + move.amount, refunds: left, ledger: ledger - (move.amount - cancelled) }
}

/** The newest first. */
function cancel(refunds: Contract['refunds'], amount: bigint) {
  let rest = amount
  const left = refunds.toReversed().map((one) => {
    const taken = least(rest, one.amount)
    rest -= taken
    return { ...one, amount: one.amount - taken }
  })
  return { left: left.toReversed().filter((one) => one.amount > 0n), cancelled: amount - rest }
}

function drains(start: Contract, end: Contract, now: number, own: { transferred: bigint; retrieved: boolean }) {
  return drainsBetween(positionOf(start, 1, now), positionOf(end, 2, now), () => own)
}

function positionOf({ free, refunds, ledger }: Contract, number: number, timestamp: number): Position {
  const account: SubAccountPosition = {
    provider: 'provider',
    serviceType: 'inference',
    balance: free + sumOf(refunds),
    pendingRefund: sumOf(refunds),
    available: free,
    claimable: 0n,
    refunds: refunds.map((one) => ({ ...one, unlocksAt: one.createdAt + LOCK, claimable: false })),
    acknowledged: true,
    tokensRevoked: false,
  }
  return {
    block: { number, timestamp },
    wallet: { address: 'wallet', balance: 0n },
    ledger: { available: ledger, total: ledger + account.balance, locked: account.balance, additionalInfo: '' },
    subAccounts: [account],
  }
}

const pendingOf = ({ refunds }: Contract): bigint => sumOf(refunds)
const sumOf = (parts: readonly { amount: bigint }[]): bigint => parts.reduce((sum, { amount }) => sum + amount, 0n)
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)
