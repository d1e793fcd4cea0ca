// Keeps one sub-account funded for as long as the program runs, and prints every decision.
import process from 'node:process'
import { JsonRpcProvider, Wallet } from 'ethers'
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

// Run by itself: `PRIVATE_KEY=0x… PROVIDER=0x… node keep-funded.ts` (Node 22.18, or npx tsx). Ctrl-C closes the broker, and with it the program ends.
if (import.meta.filename === process.argv[1]) {
  const { PRIVATE_KEY = '', OG_RPC_URL = 'https://evmrpc.0g.ai', PROVIDER = '' } = process.env
  const signer = new Wallet(PRIVATE_KEY, new JsonRpcProvider(OG_RPC_URL))
  const broker = await keepFunded({ signer }, PROVIDER, console.log)
  process.once('SIGINT', () => void broker.close())
  await broker.closed
}
