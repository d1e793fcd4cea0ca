import type { ContractName } from '../../chain/port.ts'

/** An event of a contract, with its arguments by name; numbers as bigint. */
export type ContractEvent = { contract: ContractName; name: string; args: Readonly<Record<string, unknown>> }

/** The context of a call. */
export type Context = {
  from: string
  /** In wei. The contract already owns it. */
  value: bigint
  /** Of the block, in seconds. */
  timestamp: number
  emit(contract: ContractName, name: string, args: ContractEvent['args']): void
  /** Counts gas of the bytecode that neither data, events nor changed words of storage show: reads, signatures. */
  work(gas: number): void
}
