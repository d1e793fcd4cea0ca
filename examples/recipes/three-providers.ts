// Three providers, 25 OG a day for all of them, and a message in Slack when a person should look.
import process from 'node:process'
import { JsonRpcProvider, Wallet, type Signer } from 'ethers'
import { createBroker, type Broker } from 'og-ledger'
import { createAlerts, fileAlertState, slack, type Alerts } from 'og-ledger/alerts'

export async function keepThree(
  signer: Signer,
  providers: readonly [string, string, string],
  { slackUrl, state }: { slackUrl: string; state: string },
): Promise<{ broker: Broker; alerts: Alerts }> {
  const broker = await createBroker({ signer, budget: { amount: '25', per: '24h' } })
  const alerts = await createAlerts(broker, { to: [slack(slackUrl)], state: fileAlertState(state) })
  for (const [index, provider] of providers.entries())
    broker.inference.startAutoFunding(provider, { maxTopUp: '5', priority: -index }) // the first is paid first
  return { broker, alerts }
}

// Run by itself: `PRIVATE_KEY=0x… PROVIDERS=0x…,0x…,0x… SLACK_WEBHOOK_URL=… node three-providers.ts` (Node 22.18, or npx tsx). Ctrl-C ends it.
if (import.meta.filename === process.argv[1]) {
  const { PRIVATE_KEY = '', OG_RPC_URL = 'https://evmrpc.0g.ai', PROVIDERS = '', SLACK_WEBHOOK_URL = '' } = process.env
  const signer = new Wallet(PRIVATE_KEY, new JsonRpcProvider(OG_RPC_URL))
  const [first = '', second = '', third = ''] = PROVIDERS.split(',')
  const { broker, alerts } = await keepThree(signer, [first, second, third], {
    slackUrl: SLACK_WEBHOOK_URL,
    state: 'alerts.json',
  })
  if (!(await broker.position()).ledger) await broker.ledger.addLedger('10') // paid once, from the wallet
  process.once('SIGINT', () => void alerts.close().then(() => broker.close()))
  await broker.closed
}
