// Keeps one sub-account funded for as long as the program runs, and prints every decision.
import { createBroker, formatOg, type Broker, type BrokerOptions } from 'og-ledger'

export async function keepFunded(
  options: BrokerOptions,
  provider: string,
  say: (line: string) => void,
): Promise<Broker> {
  const broker = await createBroker(options)
  broker.inference.startAutoFunding(provider, { maxTopUp: '5', budget: { amount: '20', per: '24h' } })
  broker.plan$.subscribe(({ block, decisions }) => {
    for (const decision of decisions) {
      const what = decision.action === 'hold' ? decision.reason : `${decision.action} ${formatOg(decision.amount)} OG`
      say(`block ${block.number}: ${formatOg(decision.available)} OG available, ${what}`)
    }
  })
  return broker
}
