import type { ServiceType } from '../../machines/position.types.ts'
import { accountsView } from './account-list.ts'
import { inferenceAbi, ledgerAbi, multicallAbi } from './abi.ts'
import type { ViewCall } from './batch.ts'
import { view, type Addresses } from './rules.ts'

export type UsualCallsOptions = {
  addresses: Addresses
  wallet: string
  /** Multicall3's address, or null where the chain has none. */
  multicall: string | null
}

/** The view calls of every reading of a wallet: its gas where Multicall3 tells it, its ledger, and its sub-accounts in each service. */
export function usualCalls({ addresses, wallet, multicall }: UsualCallsOptions): ViewCall[] {
  return [
    ...(multicall ? [view(multicall, multicallAbi, 'getEthBalance', [wallet])] : []),
    view(addresses.ledger, ledgerAbi, 'getLedger', [wallet]),
    ...servicesOf(addresses).flatMap(([serviceType, address]) => [
      view(address, inferenceAbi, 'lockTime'),
      accountsView({ serviceType, address, wallet }),
    ]),
  ]
}

export function servicesOf({ inference, fineTuning }: Addresses): [ServiceType, string][] {
  return [['inference', inference], ...(fineTuning ? [['fine-tuning', fineTuning] as [ServiceType, string]] : [])]
}
