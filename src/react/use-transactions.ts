import { useSelected } from './use-selected.ts'
import type { TransactionView } from './transaction-view.ts'

/**
 * Every transaction of the broker and of its journal, oldest first.
 *
 * @example
 * show(useTransactions())
 */
export function useTransactions(): readonly TransactionView[] {
  return useSelected('transactions', ({ transactions }) => transactions)
}
