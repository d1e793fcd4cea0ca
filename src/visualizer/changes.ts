import { amend, mutableStateOf } from './mutable-state.ts'
import { patchOf } from './patch.ts'
import type { ActorState, Patch, State, SubAccountRef, SubAccountState, TransactionState } from './protocol.ts'
import { keyOf } from '../base/sub-account-key.ts'

/** How many transactions a state holds. */
const TRANSACTIONS = 200

/** Computes the patch for a state. Changes of different parts commute. */
export type Change = (state: State) => Patch<State>

/** The state before the first position. */
export const emptyState = (address: string): State => ({
  block: null,
  wallet: { address, balance: '0' },
  ledger: null,
  ledgerActor: null,
  closing: null,
  reading: { failures: 0, error: null, dropped: 0 },
  subAccounts: {},
  elsewhere: [],
  transactions: {},
  forecast: null,
  deposit: null,
  autoDeposit: null,
  shortfall: '0',
})

export const noChange: Change = () => ({})

/** Sets whole parts of the state. */
export const parts =
  (fields: Omit<Partial<State>, 'subAccounts' | 'transactions'>): Change =>
  (state) =>
    patchOf<Partial<State>>(pick(state, fields), fields) ?? {}

/** Applies changes one after the other, as one patch. */
export const all =
  (changes: readonly Change[]): Change =>
  (state) => {
    const next = mutableStateOf(state)
    for (const change of changes) amend(next, change(next))
    return patchOf<State>(state, next) ?? {}
  }

/** Changes a sub-account. Its first change creates it. */
export const subAccount =
  (id: SubAccountRef, change: (known: SubAccountState) => Partial<SubAccountState>): Change =>
  ({ subAccounts }) => {
    const key = keyOf(id)
    const known = subAccounts[key]
    const before = known ?? blank(id)
    const after = { ...before, ...change(before) }
    const patch = known ? patchOf<SubAccountState>(known, after) : after
    return patch ? { subAccounts: { [key]: patch } } : {}
  }

export const transaction =
  (news: Omit<TransactionState, keyof ActorState>, actor: ActorState): Change =>
  ({ transactions }) => {
    const known = transactions[news.id]
    const after = { ...news, ...actor }
    if (!known) return { transactions: { ...oldestRemoved(transactions), [news.id]: after } }
    const patch = patchOf<TransactionState>(known, after)
    return patch ? { transactions: { [news.id]: patch } } : {}
  }

/** Removes the oldest transactions, to make room for a new one. */
function oldestRemoved(transactions: State['transactions']): Record<string, null> {
  const ids = Object.keys(transactions)
  return Object.fromEntries(ids.slice(0, Math.max(0, ids.length + 1 - TRANSACTIONS)).map((id) => [id, null]))
}

function pick(state: State, fields: Partial<State>): Partial<State> {
  return Object.fromEntries(Object.entries(state).filter(([key]) => Object.hasOwn(fields, key)))
}

function blank({ provider, serviceType }: SubAccountRef): SubAccountState {
  return {
    key: keyOf({ provider, serviceType }),
    provider,
    serviceType,
    account: null,
    lifecycle: { value: 'none', edge: null, since: 0 },
    plan: null,
    autoFunding: null,
    dryAt: null,
    service: null,
  }
}
