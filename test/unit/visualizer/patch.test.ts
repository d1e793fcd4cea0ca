import fc from 'fast-check'
import { expect, test } from 'vitest'
import { emptyState } from '../../../src/visualizer/changes.ts'
import { amend, mutableStateOf } from '../../../src/visualizer/mutable-state.ts'
import { createHistory } from '../../../src/visualizer/history.ts'
import { applyPatch, patchOf } from '../../../src/visualizer/patch.ts'
import type { Entry, Patch, State, SubAccountState, TransactionState } from '../../../src/visualizer/protocol.ts'

test('a patch leads from one state to the other, as JSON and in place, and changes neither', () => {
  fc.assert(
    fc.property(states(2), ([before = emptyState(''), after = emptyState('')]) => {
      const [first, last] = [JSON.stringify(before), JSON.stringify(after)]
      const patch = JSON.parse(JSON.stringify(patchOf(before, after) ?? {})) as Patch<State>
      expect(applyPatch(before, patch)).toEqual(after)
      const state = mutableStateOf(before)
      amend(state, patch)
      expect(state).toEqual(after)
      expect([JSON.stringify(before), JSON.stringify(after)]).toEqual([first, last])
    }),
  )
})

test('unchanged parts are shared, and a patch leaves them out', () => {
  const state = {
    ...emptyState('0xMe'),
    ledger: { available: '1', total: '2', locked: '1', additionalInfo: '' },
  } as const
  expect(patchOf<State>(state, { ...state, ledger: { ...state.ledger, available: '0' } })).toEqual({
    ledger: { available: '0' },
  })
  expect(applyPatch(state, { ledger: { available: '0' } }).wallet).toBe(state.wallet)
  expect(patchOf<State>(state, structuredClone(state))).toBeUndefined()
})

test('a key of a patch is data, whatever it is named', () => {
  const patch = JSON.parse('{"subAccounts":{"__proto__":{"key":"x"},"constructor":{"key":"y"}}}') as Patch<State>
  const { subAccounts } = applyPatch(emptyState('0xMe'), patch)
  expect(Object.getPrototypeOf(subAccounts)).toBe(Object.prototype)
  expect(Object.entries(subAccounts)).toEqual([['constructor', { key: 'y' }]])
})

test('a history stays within its limits, and its base with its entries is always the present state', () => {
  const limits = fc.record({ entries: fc.integer({ min: 1, max: 8 }), bytes: fc.integer({ min: 1, max: 4_000 }) })
  fc.assert(
    fc.property(states(12), limits, ([first, ...rest], { entries, bytes }) => {
      if (!first) return
      const history = createHistory(first, { entries, bytes })
      let before = first
      for (const [index, after] of rest.entries()) {
        const patch = patchOf(before, after) ?? {}
        history.add({ seq: index + 1, at: 0, block: null, kind: 'position', patch })
        before = after
        const lines = history.all().map(({ json }) => json)
        expect(lines.length).toBeLessThanOrEqual(entries)
        expect(lines.join('').length).toBeLessThanOrEqual(bytes)
        const present = lines.map((json) => (JSON.parse(json) as Entry).patch).reduce(applyPatch, history.base())
        expect(present).toEqual(after)
      }
      const all = history.all()
      expect(history.since(history.seq())).toEqual([])
      expect(history.since(history.seq() - all.length)).toEqual(all)
      expect([history.since(history.seq() - all.length - 1), history.since(history.seq() + 1)]).toEqual([null, null])
    }),
  )
})

/** A sequence of states: sub-accounts stay, transactions may be removed. */
function states(length: number): fc.Arbitrary<State[]> {
  const amount = fc.bigInt({ min: 0n, max: 9n }).map((wei) => `${wei}` as const)
  const key = fc.constantFrom('a', 'b', 'c', 'toString')
  const ledger = fc.option(fc.record({ available: amount, total: amount, locked: amount, additionalInfo: fc.string() }))
  const refund = fc.record({ amount, createdAt: fc.nat(3), unlocksAt: fc.nat(3), claimable: fc.boolean() })
  const account = fc.record({
    balance: amount,
    pendingRefund: amount,
    available: amount,
    claimable: amount,
    refunds: fc.array(refund, { maxLength: 2 }),
    acknowledged: fc.boolean(),
    tokensRevoked: fc.boolean(),
  })
  const subAccount: fc.Arbitrary<SubAccountState> = fc.record({
    key,
    provider: fc.constant('0xP'),
    serviceType: fc.constant('inference' as const),
    account: fc.option(account),
    lifecycle: fc.record({ value: fc.string(), edge: fc.option(fc.string()), since: fc.nat(3) }),
    plan: fc.constant(null),
    autoFunding: fc.constant(null),
    dryAt: fc.option(fc.nat(3)),
    service: fc.constant(null),
  })
  const transaction: fc.Arbitrary<TransactionState> = fc.record({
    value: fc.string(),
    edge: fc.constant(null),
    since: fc.nat(3),
    id: key,
    nonce: fc.nat(3),
    operation: fc.string(),
    subAccount: fc.option(key),
    amount,
    hash: fc.option(fc.string()),
    hashes: fc.array(fc.string(), { maxLength: 2 }),
    blockNumber: fc.option(fc.nat(3)),
    gasUsed: fc.option(amount),
    reason: fc.option(fc.string()),
  })
  const state = fc.record({
    ledger,
    subAccounts: fc.dictionary(key, subAccount),
    transactions: fc.dictionary(key, transaction),
  })
  return fc.array(state, { minLength: length, maxLength: length }).map((parts) => {
    let subAccounts: State['subAccounts'] = {}
    return parts.map((part) => {
      subAccounts = { ...subAccounts, ...part.subAccounts }
      return { ...emptyState('0xMe'), ...part, subAccounts }
    })
  })
}
