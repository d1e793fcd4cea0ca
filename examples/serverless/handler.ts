// A function that makes sure that a provider can charge, and ends. Functions of one wallet run together on as many machines as there
// are: they share the journal in Postgres, so that each need is paid once. Run `migrate({ pool })` before the first one.
import { createBroker, encode, OgLedgerError, type BrokerOptions, type FundingReceipt } from 'og-ledger'
import { postgresJournal, type PostgresPool } from 'og-ledger/postgres'

export type Terms = {
  pool: PostgresPool
  chainId: bigint
  /** Who is to be able to charge. */
  provider: string
  /** How long one call may take, in milliseconds: shorter than the platform lets a function live. */
  limitMs: number
}

type Options = BrokerOptions & { signer: NonNullable<BrokerOptions['signer']> }

/** Answers 200 once the provider can charge, and 503 where the same request may succeed later: nothing is paid twice. */
export function createHandler(options: Options, terms: Terms): (request: Request) => Promise<Response> {
  return async () => {
    try {
      return answer(200, await fundOnce(options, terms))
    } catch (error) {
      if (!(error instanceof OgLedgerError && (error.retryable || error.code === 'OG_LEDGER_ABORTED'))) throw error
      return answer(503, error, { 'retry-after': '2' })
    }
  }
}

/** What is in flight when the time is over is followed by the next call, from the journal. */
async function fundOnce(options: Options, { pool, chainId, provider, limitMs }: Terms): Promise<FundingReceipt | null> {
  const signal = AbortSignal.timeout(limitMs)
  const wallet = await options.signer.getAddress()
  // One that waits looks three times in a lease: here every second.
  const journal = await postgresJournal({ pool, chainId, wallet, wait: true, signal, leaseMs: '3s' })
  try {
    const broker = await createBroker({
      budget: { amount: '20', per: '24h' },
      ...options,
      journal,
      signal: journal.lost,
    })
    try {
      return await broker.inference.ensureFunded(provider, undefined, { timeoutMs: limitMs, signal })
    } finally {
      await broker.close()
    }
  } finally {
    await journal.close()
  }
}

function answer(status: number, value: unknown, headers: Record<string, string> = {}): Response {
  return new Response(encode(value), { status, headers: { 'content-type': 'application/json', ...headers } })
}
