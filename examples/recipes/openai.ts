// Requests with the OpenAI SDK, funded as they go. A rejection for lack of funds is paid for once, and sent once more.
import OpenAI from 'openai'
import type { Broker } from 'og-ledger'

export async function openAiOf(broker: Broker, provider: string): Promise<{ openai: OpenAI; model: string }> {
  const { baseURL, model, fetch } = await broker.inference.endpoint(provider, {
    maxTopUp: '5',
    budget: { amount: '20', per: '24h' },
    onHold: ({ reason, required }) => console.warn(`not funded: ${reason}`, required),
  })
  return { openai: new OpenAI({ baseURL, apiKey: '0g', fetch }), model }
}
