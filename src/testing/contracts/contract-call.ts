import type { ContractName } from '../../chain/port.ts'

/** A call of a contract with the arguments of its ABI; an empty method is a plain transfer. */
export type ContractCall = { contract: ContractName; method: string; args: readonly unknown[] }
