import { expect, test } from 'vitest'
import { createSharedBudget } from '../../../src/funding/shared-budget.ts'
import type { Payment } from '../../../src/transactions/journal.types.ts'
import { topUp } from '../../support/lane-world.ts'

const payment = (amount: bigint, at: number): Payment => ({ provider: 'p', serviceType: 'inference', amount, at })
/** A budget that wallets are read for before it is asked. */
function budget() {
  const shared = createSharedBudget({ amount: 10n, seconds: 3_600 })
  return {
    ...shared,
    join: (wallet: string, payments: () => Payment[] | null, refused: readonly bigint[] = []) =>
      shared.join(wallet, {
        payments,
        refused: () => ({ refused: refused.map((amount, nonce) => ({ intent: topUp('p', amount), nonce })), own: [] }),
      }),
    left(now: number, wallet = 'another') {
      shared.see(now)
      return shared.left(now, wallet)
    },
    leftAt: (now: number) => shared.left(now, 'another'),
  }
}

test('a wallet that comes back counts with what it had paid until its journal is loaded, and then with what that has', () => {
  const shared = budget()
  shared.join('w', () => [payment(7n, 1_000)])()
  let loaded: Payment[] | null = null
  shared.join('w', () => loaded)
  expect(shared.left(1_010)).toBe(3n)
  loaded = [payment(7n, 1_000), payment(2n, 1_005)]
  expect(shared.left(1_010)).toBe(1n)
})

test('a wallet that comes back, cannot be opened and leaves again still counts', () => {
  const shared = budget()
  shared.join('w', () => [payment(10n, 1_000)])()
  shared.join('w', () => null)()
  expect(shared.left(1_010)).toBe(0n)
})

test('what a wallet paid counts where it leaves before the first plan, and for one window', () => {
  const shared = budget()
  shared.join('w', () => [payment(10n, 1_000)])()
  expect(shared.left(4_599)).toBe(0n)
  expect(shared.left(4_600)).toBe(10n)
})

test('what is in flight when its wallet leaves counts for a window from then on', () => {
  const shared = budget()
  shared.join('w', () => [payment(10n, Infinity)])()
  expect(shared.left(1_000)).toBe(0n)
  expect(shared.left(4_599)).toBe(0n)
  expect(shared.left(4_600)).toBe(10n)
})

test('wallets that are opened at once keep the others waiting for one minute, not for one each', () => {
  const shared = budget()
  for (let count = 0; count < 3; count += 1)
    void shared.whileOpening(`wallet ${count}`, () => new Promise<void>(() => undefined))
  expect([shared.left(1_000), shared.left(1_059), shared.left(1_060)]).toEqual([0n, 0n, 10n])
})

test('while a wallet is being opened nothing is left, but for no longer than a minute', async () => {
  const shared = budget()
  let open = (): void => undefined
  const opening = shared.whileOpening('v', () => new Promise<void>((resolve) => (open = resolve)))
  expect(shared.left(1_000)).toBe(0n)
  expect(shared.left(1_059)).toBe(0n)
  expect(shared.left(1_060)).toBe(10n)
  open()
  await opening
  expect(shared.left(1_000)).toBe(10n)
  await expect(shared.whileOpening('v', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(shared.left(1_001)).toBe(10n)
})

test('a wallet that fails to be opened again and again keeps the others waiting for one minute in all, and anew once it was open', async () => {
  const shared = budget()
  let fail = (): void => undefined
  const failing = () =>
    shared.whileOpening('v', () => new Promise<void>((_, reject) => (fail = () => reject(new Error('no')))))
  const left: unknown[] = []
  for (const at of [1_000, 2_000, 3_000]) {
    const opening = failing()
    left.push(shared.left(at), shared.left(at + 29), shared.left(at + 30))
    fail()
    await opening.catch(() => undefined)
    left.push(shared.left(at + 31))
  }
  expect(left).toEqual([0n, 0n, 0n, 10n, 0n, 0n, 10n, 10n, 10n, 10n, 10n, 10n])
  await shared.whileOpening('v', () => Promise.resolve())
  void failing()
  expect([shared.left(4_000), shared.left(4_059), shared.left(4_060)]).toEqual([0n, 0n, 10n])
})

test('a question about another time changes nothing', () => {
  const shared = budget()
  shared.join('w', () => [payment(7n, 1_000), payment(2n, Infinity)])()
  shared.left(1_010)
  expect([shared.leftAt(99_000), shared.leftAt(1_010), shared.left(1_020)]).toEqual([10n, 1n, 1n])
  void shared.whileOpening('v', () => new Promise<void>(() => undefined))
  expect([shared.leftAt(99_000), shared.left(1_030), shared.left(1_089), shared.left(1_090)]).toEqual([0n, 0n, 0n, 1n])
})

test('what a node refused for good counts for all wallets but its own, which takes the same nonce', () => {
  const shared = budget()
  shared.join('w', () => [payment(2n, 1_000)], [7n])
  shared.join('v', () => [])
  expect([shared.left(1_010), shared.left(1_010, 'v'), shared.left(1_010, 'w')]).toEqual([1n, 1n, 8n])
})

test('what a node refused for good counts for a window after its wallet has left', () => {
  const shared = budget()
  shared.join('w', () => [], [7n])()
  expect([shared.left(1_000), shared.left(4_599), shared.left(4_600)]).toEqual([3n, 3n, 10n])
})
