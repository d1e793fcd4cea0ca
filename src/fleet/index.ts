/**
 * Many wallets on one chain: a broker each, one reading for all of them, and leases that several machines share.
 *
 * @module og-ledger/fleet
 */

export { createFleet } from './create-fleet.ts'
export type {
  Fleet,
  FleetBudget,
  FleetOptions,
  FleetWallet,
  FundedProvider,
  WalletPolicy,
  WalletState,
} from './fleet.types.ts'
