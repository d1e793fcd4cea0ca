// A function that runs briefly and often. The journal outlives the function: here a file on a volume.
import type { Signer } from 'ethers'
import { createBroker, openFileJournal, OgLedgerError } from 'og-ledger'

export async function beforeRequests(
  signer: Signer,
  provider: string,
  { chainId, path }: { chainId: bigint; path: string },
): Promise<'funded' | 'try-later'> {
  const journal = await openFileJournal({ chainId, wallet: await signer.getAddress(), path })
  const broker = await createBroker({ signer, journal, budget: { amount: '10', per: '24h' } })
  try {
    await broker.inference.ensureFunded(provider, undefined, { timeoutMs: 20_000 })
    return 'funded'
  } catch (error) {
    if (error instanceof OgLedgerError && error.retryable) return 'try-later'
    throw error
  } finally {
    await broker.close()
  }
}
