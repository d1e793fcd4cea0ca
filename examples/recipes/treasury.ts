// The hot key has gas alone. A treasury fills its ledger, within limits of its own.
import type { Signer } from 'ethers'
import { createBroker, type Broker } from 'og-ledger'

export async function fillFromTreasury(hot: Signer, treasury: Signer, provider: string): Promise<Broker> {
  const broker = await createBroker({ signer: hot })
  broker.ledger.startAutoDeposit({
    from: treasury,
    trigger: '5',
    target: '20',
    maxLedger: '40',
    budget: { amount: '100', per: '7d' },
  })
  broker.inference.startAutoFunding(provider, { maxTopUp: '5' })
  return broker
}
