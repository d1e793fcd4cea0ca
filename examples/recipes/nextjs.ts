// app/api/chat/route.ts: one broker for the server, kept across reloads of the module.
import { JsonRpcProvider, Wallet } from 'ethers'
import { createBroker, type Broker } from 'og-ledger'

export const runtime = 'nodejs' // not edge: the journal is a file

const kept: { broker?: Promise<Broker> } = ((globalThis as { ogLedger?: object }).ogLedger ??= {})

function brokerOf(): Promise<Broker> {
  const { PRIVATE_KEY = '', OG_RPC_URL = 'https://evmrpc.0g.ai' } = process.env
  kept.broker ??= createBroker({ signer: new Wallet(PRIVATE_KEY, new JsonRpcProvider(OG_RPC_URL)) })
  return kept.broker
}

export async function POST(request: Request): Promise<Response> {
  const { inference } = await brokerOf()
  const { baseURL, model, fetch } = await inference.endpoint(process.env['PROVIDER'] ?? '', { maxTopUp: '5' })
  const { messages } = (await request.json()) as { messages: unknown }
  const { signal } = request
  return fetch(`${baseURL}/chat/completions`, { method: 'POST', body: JSON.stringify({ model, messages }), signal })
}
