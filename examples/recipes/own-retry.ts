// Your own request path: read the rejection, fund up to what it demands, send once more.
import { parseInsufficientBalance, type Broker } from 'og-ledger'

export async function sendFunded(broker: Broker, provider: string, send: () => Promise<Response>): Promise<Response> {
  const response = await send()
  if (response.status !== 400) return response
  const rejection = parseInsufficientBalance(await response.clone().text())
  if (!rejection) return response
  // Funds up to a level: where enough is there by now, it pays nothing.
  await broker.inference.ensureFunded(provider, rejection.required, { atMost: '5' })
  return send()
}
