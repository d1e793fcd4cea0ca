import type { ContractName } from '../../chain/port.ts'

/** What a contract tells the world, with its arguments by name; numbers as bigint. */
export type ContractEvent = { contract: ContractName; name: string; args: Readonly<Record<string, unknown>> }

/** What a function of a contract knows about the call that runs it. */
export type Context = {
  from: string
  /** In wei. It is the contract's already. */
  value: bigint
  /** Of the block, in seconds. */
  timestamp: number
  emit(contract: ContractName, name: string, args: ContractEvent['args']): void
}
