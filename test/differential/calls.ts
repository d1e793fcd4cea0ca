import type { ContractCall, ContractTransaction } from '../../src/testing/contracts/contracts.ts'
import type { ServiceRef } from './step.ts'

/** A view with arguments of its own, and the address that calls it. */
export type Question = ContractCall & { from: string }

/** A step as a transaction or a view. */
export type Action =
  { kind: 'transaction'; transaction: ContractTransaction } | { kind: 'question'; question: Question }

export const ZERO = '0x0000000000000000000000000000000000000000'
export const NAMES = { inference: 'inference-v1.0', fineTuning: 'fine-tuning-v1.0', none: 'nothing-v1.0' }
/** The root hash of every delivered model. */
export const HASH = '0x1234'

export const idOf = (index: number): string => `task-${index}`

export function ledger(method: string, ...args: unknown[]): ContractCall {
  return { contract: 'ledger', method, args }
}

export function on(contract: ServiceRef, method: string, ...args: unknown[]): ContractCall {
  return { contract, method, args }
}
