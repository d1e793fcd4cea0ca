'use client'

/**
 * Hooks that show a broker in React, and run an action once.
 *
 * @module og-ledger/react
 */

export { LedgerProvider, type LedgerProviderProps } from './provider.ts'
export { useBroker, type OpenedBroker } from './use-broker.ts'
export { useLedger, usePlan, usePosition, useSubAccount } from './use-readings.ts'
export { useTransactions } from './use-transactions.ts'
export { useLedgerAction, type LedgerAction } from './use-ledger-action.ts'
export type { ActionState } from './action.ts'
export type { Reading } from './reading.ts'
export type { TransactionView } from './transaction-view.ts'
