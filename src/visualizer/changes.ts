import type { ActorState, State, SubAccountRef, SubAccountState, TransactionState } from './protocol.ts'
import { keyOf } from './views.ts'

/** How many transactions a state holds. */
const TRANSACTIONS = 200

/** What becomes of a state. Changes of different things may come in any order. */
export type Change = (state: State) => State

/** A state before anything is known. */
export const unknown = (address: string): State => ({
  block: null,
  wallet: { address, balance: '0' },
  ledger: null,
  ledgerActor: null,
  reading: { failures: 0, error: null, dropped: 0 },
  subAccounts: {},
  transactions: {},
  forecast: null,
  shortfall: '0',
})

export const all =
  (changes: readonly Change[]): Change =>
  (state) =>
    changes.reduce((changed, change) => change(changed), state)

/** The sub-account is there from its first change on. */
export const subAccount =
  (id: SubAccountRef, change: (known: SubAccountState) => Partial<SubAccountState>): Change =>
  (state) => {
    const key = keyOf(id)
    const known = state.subAccounts[key] ?? blank(id)
    return { ...state, subAccounts: { ...state.subAccounts, [key]: { ...known, ...change(known) } } }
  }

export const transaction =
  (transaction: Omit<TransactionState, keyof ActorState>, actor: ActorState): Change =>
  (state) => {
    const transactions = Object.entries({ ...state.transactions, [transaction.id]: { ...transaction, ...actor } })
    return { ...state, transactions: Object.fromEntries(transactions.slice(-TRANSACTIONS)) }
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
