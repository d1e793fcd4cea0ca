import { createZGComputeNetworkBroker } from '@0gfoundation/0g-compute-ts-sdk'
import { JsonRpcProvider, Wallet } from 'ethers'

/** The reference SDK with ethers' defaults. */
export async function open({ url, key, network: { ledger, inference, fineTuning } }) {
  const signer = new Wallet(key, new JsonRpcProvider(url))
  const broker = await createZGComputeNetworkBroker(signer, ledger, inference, fineTuning)
  return {
    startAutoFunding: (providers, interval) =>
      Promise.all(providers.map((provider) => broker.inference.startAutoFunding(provider, { interval }))),
    stopAutoFunding: () => broker.inference.stopAutoFunding(),
    transfer: (provider, amount) => broker.ledger.transferFund(provider, 'inference', amount),
    // Not among the broker's own methods, but what those read with.
    async subAccounts() {
      const { ledger: _, infers } = await broker.ledger.ledger.getLedgerWithDetail()
      return infers.length
    },
  }
}
