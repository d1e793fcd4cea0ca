// A page: the wallet in the browser signs, and a person approves each payment. The journal is in IndexedDB.
import { BrowserProvider, type Eip1193Provider } from 'ethers'
import { createBroker, formatOg, type Broker } from 'og-ledger'

export async function keepFundedInPage(
  ethereum: Eip1193Provider, // window.ethereum
  provider: string,
  ask: (question: string) => Promise<boolean>,
): Promise<Broker> {
  const signer = await new BrowserProvider(ethereum).getSigner()
  const broker = await createBroker({ signer })
  broker.inference.startAutoFunding(provider, {
    maxTopUp: '5',
    approve: ({ deficit }) => ask(`${provider} lacks ${formatOg(deficit)} OG. Pay it from the ledger?`),
  })
  return broker
}
