import { BrowserProvider } from 'ethers'
import { createBroker, indexedDbJournal, type Broker, type NetworkConfig, type Plan } from 'og-ledger'

export type PageConfig = { url: string; address: string; network: NetworkConfig; provider: string }

/**
 * What the tests of the journal do in a page: a broker with the journal that it takes by itself, on a wallet that answers requests as a
 * browser wallet does. The node signs for it.
 */
function createApp() {
  let broker: Broker | null = null
  let config: PageConfig
  const asked: string[] = []
  const app = {
    asked,
    /** While it is true, the person at the wallet lets requests to send lie. */
    isSilent: false,
    async open(given: PageConfig): Promise<void> {
      config = given
      const signer = await new BrowserProvider({ request }).getSigner(config.address)
      broker = await createBroker({ signer, network: config.network })
    },
    /** Opens one without a signer. */
    async watch(given: PageConfig): Promise<void> {
      const { address, network } = (config = given)
      broker = await createBroker({ provider: new BrowserProvider({ request }), address, network })
    },
    broker(): Broker {
      if (!broker) throw new Error('The broker is not open.')
      return broker
    },
    /** What the broker shows, without its types: a page gives plain values only. */
    reasons: async (plan: Plan | Promise<Plan>) =>
      (await plan).decisions.map((one) => (one.action === 'hold' ? one.reason : one.action)),
    refusal: () => describe(app.broker().refusal()),
    outcome: (call: Promise<unknown>) => call.then(() => null, describe),
    start: () => {
      const { inference } = app.broker()
      inference.startAutoFunding(config.provider, { approve: () => true, target: 2, minTopUp: 0n, intervalMs: 100 })
    },
    reason: () => app.broker().inference.autoFundingStatus()[0]?.reason ?? null,
    open$: () =>
      app
        .broker()
        .transactions()
        .map((one) => one.getSnapshot())
        .map(({ value, context: { id, operation, hashes } }) => ({ id, value, operation, hashes: hashes.length })),
    indexedDbJournal,
  }
  return app

  async function request({ method, params = [] }: { method: string; params?: unknown[] }): Promise<unknown> {
    if (method === 'eth_requestAccounts' || method === 'eth_accounts') return [config.address]
    if (method === 'eth_sendTransaction') {
      asked.push(method)
      if (app.isSilent) return new Promise(() => undefined)
    }
    const answer = await fetch(config.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
    const { result, error } = (await answer.json()) as { result?: unknown; error?: { code: number; message: string } }
    if (error) throw Object.assign(new Error(error.message), error)
    return result
  }
}

function describe(error: unknown): { name: string; message: string } | null {
  return error instanceof Error ? { name: error.name, message: error.message } : null
}

Object.assign(globalThis, { app: createApp() })
