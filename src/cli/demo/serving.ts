import { listen } from '../../http/listen.ts'
import { createBroker, memoryJournal, type EndpointCounts } from '../../index.ts'
import { startDemoChain } from '../../local/demo.ts'
import { reportTransactions } from '../screen/progress.ts'
import { serverKey } from '../serve/key.ts'
import { modelsOf } from '../serve/models.ts'
import { createOpenAiHandler } from '../serve/openai-handler.ts'
import { until } from '../session/interrupt.ts'

export type ServingDemoOptions = {
  /** Where it listens. */
  port: number
  /** Ends by itself after so many seconds; null where only the signal ends it. */
  seconds: number | null
  signal: AbortSignal
  onReady: (served: Served) => void
}

export type Served = { baseURL: string; model: string; key: string; provider: string }

const MODEL = 'demo-model'
const DEPOSIT = '20'
/** The demo's provider looks at balances this often; live ones every half a minute. */
const REFRESH_MS = 2_000
const REQUEST_TIMEOUT_MS = 120_000

/**
 * A local chain, a provider of a simulated model that checks balances and charges on the chain, and an OpenAI-compatible
 * endpoint before it. The sub-account starts empty: the first request waits for its funding.
 *
 * @returns what was counted; null when the signal aborts before it starts
 */
export async function runServingDemo({
  port,
  seconds,
  signal,
  onReady,
}: ServingDemoOptions): Promise<EndpointCounts | null> {
  const chain = await startDemoChain({ blockTime: 1, inferenceProviders: 1, fineTuningProviders: 0 })
  try {
    await using provider = await chain.serveHttp({ model: MODEL, refreshMs: REFRESH_MS, settleEveryMs: REFRESH_MS })
    await using broker = await createBroker({ signer: chain.wallet, network: chain.network, journal: memoryJournal() })
    await broker.ledger.addLedger(DEPOSIT)
    const endpoint = await broker.inference.endpoint(provider.address, { firstSightMs: REFRESH_MS })
    if (signal.aborted) return null
    const { key } = await serverKey(undefined)
    const handler = createOpenAiHandler({
      models: modelsOf([endpoint]),
      key,
      hosts: [],
      timeoutMs: REQUEST_TIMEOUT_MS,
      onFailure: () => undefined,
    })
    const server = await listen(handler, { name: 'The demo', port, host: '127.0.0.1' })
    onReady({ baseURL: `${server.url}/v1`, model: MODEL, key, provider: provider.address })
    const over = seconds === null ? signal : AbortSignal.any([signal, AbortSignal.timeout(seconds * 1_000)])
    await reportTransactions(broker, () => until(over))
    await server.close()
    return endpoint.counts()
  } finally {
    await chain.stop()
  }
}
