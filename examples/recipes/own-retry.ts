// Your own request path: read the rejection, fund the sub-account as auto-funding would, send once more.
import { setTimeout as pause } from 'node:timers/promises'
import { parseInsufficientBalance, type Broker } from 'og-ledger'

export async function sendFunded(
  broker: Broker,
  provider: string,
  send: () => Promise<Response>,
  { firstSightMs = 30_000 } = {},
): Promise<Response> {
  const response = await send()
  if (response.status !== 400) return response
  const text = await response.clone().text()
  const seesNone = /account not exist/i.test(text)
  if (!seesNone && !parseInsufficientBalance(text)) return response
  try {
    // Without an amount it funds up to auto-funding's trigger. Where enough is there by now, it pays nothing.
    await broker.inference.ensureFunded(provider, undefined, { atMost: '5' })
  } catch (error) {
    console.warn('not funded', error)
    return response // the caller gets what the provider said
  }
  if (seesNone) await pause(firstSightMs) // the provider may see a new sub-account only then
  return send()
}
