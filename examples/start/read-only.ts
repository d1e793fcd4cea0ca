// Looks at a wallet without its key: nothing can be sent.
import { JsonRpcProvider } from 'ethers'
import { createBroker, formatOg } from 'og-ledger'

const { OG_RPC_URL = 'https://evmrpc.0g.ai', WALLET = '' } = process.env
const broker = await createBroker({ provider: new JsonRpcProvider(OG_RPC_URL), address: WALLET })

const { position, decisions, shortfall } = await broker.plan({ dryRun: true })
console.log(`ledger: ${formatOg(position.ledger?.available ?? 0n)} OG available, ${formatOg(shortfall)} OG missing`)
for (const decision of decisions) {
  const { provider, serviceType, available } = decision
  const what = decision.action === 'hold' ? decision.reason : `${decision.action} ${formatOg(decision.amount)} OG`
  console.log(serviceType, provider, `${formatOg(available)} OG available`, what)
}
