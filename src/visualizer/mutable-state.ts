import { patchedPart } from './patch.ts'
import type { Patch, State, SubAccountState, TransactionState } from './protocol.ts'

/** A state that is changed in place: with many sub-accounts, a copy for each change would take most of the time. */
export type MutableState = Omit<State, 'subAccounts' | 'transactions'> & {
  subAccounts: Record<string, SubAccountState>
  transactions: Record<string, TransactionState>
}

export function mutableStateOf(state: State): MutableState {
  return { ...state, subAccounts: { ...state.subAccounts }, transactions: { ...state.transactions } }
}

/** Applies a patch in place, with the result of `applyPatch`. The state that it was copied from is not changed. */
export function amend(state: MutableState, { subAccounts = {}, transactions = {}, ...parts }: Patch<State>): void {
  Object.assign(state, patchedPart(partsIn(state, parts), parts))
  write(state.subAccounts, subAccounts)
  write(state.transactions, transactions)
}

function write<T>(rows: Record<string, T>, changes: Readonly<Record<string, unknown>>): void {
  for (const [key, change] of Object.entries(changes)) {
    const known = Object.hasOwn(rows, key) ? rows[key] : undefined
    if (change === null) delete rows[key]
    else rows[key] = patchedPart(known, change) as T
  }
}

function partsIn(state: MutableState, changed: object): Partial<State> {
  return Object.fromEntries(Object.entries(state).filter(([key]) => Object.hasOwn(changed, key)))
}
