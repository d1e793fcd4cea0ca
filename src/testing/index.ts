/**
 * A real broker on the contracts in memory, with faults and time to control.
 *
 * @module og-ledger/testing
 */

export { createSimulatedBroker } from './simulated-broker.ts'
export type { SimulatedBrokerOptions, Simulation, WhichWallet } from './simulation.types.ts'
export { createSimulatedChain, type SimulatedChain } from './simulated-chain.ts'
export type { SimulatedChainOptions } from './chain-options.ts'
export type { SimulatedProvider } from './charges.ts'
export type { ContractEvent } from './contracts/transaction.ts'
export type { FaultKind, FaultOptions, FaultRates } from './faults.ts'
export { edgePaths } from './edge-paths.ts'
export { missingEdges } from './missing-edges.ts'
export type { EdgePath, EdgePathsOptions, EdgeStep } from './edge-paths.types.ts'
export { walk, type WalkOptions } from './walk.ts'
export { matchers } from './matchers.ts'
export type { Duration } from '../base/durations.ts'
