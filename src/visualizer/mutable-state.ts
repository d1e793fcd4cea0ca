import { mergedPart } from './patch.ts'
import type { Patch, State, SubAccountState, TransactionState } from './protocol.ts'

/** A state that is written on: with many sub-accounts, a copy for each change would take longer than all the rest. */
export type MutableState = Omit<State, 'subAccounts' | 'transactions'> & {
  subAccounts: Record<string, SubAccountState>
  transactions: Record<string, TransactionState>
}

export function mutableStateOf(state: State): MutableState {
  return { ...state, subAccounts: { ...state.subAccounts }, transactions: { ...state.transactions } }
}

/** Writes what an entry changes: the same as `merged`, in place. What the draft was made of is not touched. */
export function amend(draft: MutableState, { subAccounts = {}, transactions = {}, ...parts }: Patch<State>): void {
  Object.assign(draft, mergedPart(partsIn(draft, parts), parts))
  write(draft.subAccounts, subAccounts)
  write(draft.transactions, transactions)
}

function write<T>(rows: Record<string, T>, changes: Readonly<Record<string, unknown>>): void {
  for (const [key, change] of Object.entries(changes)) {
    const known = Object.hasOwn(rows, key) ? rows[key] : undefined
    if (change === null) delete rows[key]
    else rows[key] = mergedPart(known, change) as T
  }
}

function partsIn(draft: MutableState, changed: object): Partial<State> {
  return Object.fromEntries(Object.entries(draft).filter(([key]) => Object.hasOwn(changed, key)))
}
