// Three providers, 25 OG a day for all of them, and a message in Slack when a person should look.
import type { Signer } from 'ethers'
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
