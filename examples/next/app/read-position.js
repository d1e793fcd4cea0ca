import { JsonRpcProvider } from 'ethers'
import { createBroker, encode } from 'og-ledger'

/** The server only reads: it has an address, and no key. The position goes to the browser as text. */
export async function readPosition({ url, network, wallet }) {
  const provider = new JsonRpcProvider(url)
  const broker = await createBroker({ provider, address: wallet, network })
  try {
    return encode(await broker.position({ signal: AbortSignal.timeout(10_000) }))
  } finally {
    await broker.close()
    provider.destroy()
  }
}
