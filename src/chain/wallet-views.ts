import { ZeroAddress } from 'ethers'
import type { ServiceType } from '../../machines/position.types.ts'
import { accountsView } from './account-list.ts'
import { inferenceAbi, ledgerAbi, multicallAbi } from './abi.ts'
import type { ViewCall } from './batch.ts'
import { view, type Addresses } from './rules.ts'

/** A view call for any wallet. */
export type WalletView = ViewCall & {
  /** The first argument is the wallet; in `data` its word is empty. */
  takesWallet: boolean
}

/** Where the first argument begins and ends in the data of a call: after 0x and the selector. */
const ARGUMENT = 10
const ARGUMENT_END = 74

/**
 * The view calls of every reading of a wallet: its gas where Multicall3 tells it, its ledger, and its sub-accounts in each service.
 *
 * @param multicall Multicall3's address, or null where the chain has none
 */
export function walletViews(addresses: Addresses, multicall: string | null): WalletView[] {
  const of = (call: ViewCall): WalletView => ({ ...call, takesWallet: true })
  return [
    ...(multicall ? [of(view(multicall, multicallAbi, 'getEthBalance', [ZeroAddress]))] : []),
    of(view(addresses.ledger, ledgerAbi, 'getLedger', [ZeroAddress])),
    ...servicesOf(addresses).flatMap(([serviceType, address]) => [
      { ...view(address, inferenceAbi, 'lockTime'), takesWallet: false },
      of(accountsView({ serviceType, address, wallet: ZeroAddress })),
    ]),
  ]
}

/** Puts a wallet into the calls: ethers' encoding takes longer than the decoding of the answers. */
export function callsFor(views: readonly WalletView[], wallet: string): ViewCall[] {
  const word = wallet
    .slice(2)
    .toLowerCase()
    .padStart(ARGUMENT_END - ARGUMENT, '0')
  return views.map(({ to, data, takesWallet }) => ({
    to,
    data: takesWallet ? `${data.slice(0, ARGUMENT)}${word}${data.slice(ARGUMENT_END)}` : data,
  }))
}

export function servicesOf({ inference, fineTuning }: Addresses): [ServiceType, string][] {
  return [['inference', inference], ...(fineTuning ? [['fine-tuning', fineTuning] as [ServiceType, string]] : [])]
}
