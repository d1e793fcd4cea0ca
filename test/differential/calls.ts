import type { ContractCall } from '../../src/testing/contracts/contract-call.ts'
import type { ContractTransaction } from '../../src/testing/contracts/contracts.ts'
import type { ServiceRef } from './step.ts'

/** A view with arguments of its own, and the address that calls it. */
export type Question = ContractCall & { from: string }

/** A step as a transaction or a view. */
export type Action =
  { kind: 'transaction'; transaction: ContractTransaction } | { kind: 'question'; question: Question }

export const ZERO = '0x0000000000000000000000000000000000000000'
export const NAMES = {
  inference: 'inference-v1.0',
  fineTuning: 'fine-tuning-v1.0',
  none: 'nothing-v1.0',
  second: 'inference-v2.0',
}
/** Types and versions for the registry. */
export const VERSIONS = {
  first: ['inference', 'v1.0'],
  second: ['inference', 'v2.0'],
  third: ['inference', 'v3.0'],
  'other type': ['storage', 'v1.0'],
  'no type': ['', 'v1.0'],
  'no version': ['inference', ''],
} as const
/** The root hash of every delivered model. */
export const HASH = '0x1234'

export const idOf = (index: number): string => `task-${index}`

export function ledger(method: string, ...args: unknown[]): ContractCall {
  return { contract: 'ledger', method, args }
}

export function on(contract: ServiceRef, method: string, ...args: unknown[]): ContractCall {
  return { contract, method, args }
}
