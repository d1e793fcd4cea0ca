import process from 'node:process'
import { JsonRpcProvider } from 'ethers'
import { createBroker } from 'og-ledger'
import { createVisualizer } from 'og-ledger/visualizer'
import { settings } from './network.js'

// One for the process, also where development loads this module anew.
const kept = (globalThis.ogLedgerPage ??= { page: null })

/** The page of a broker that only reads: it has an address, and no key. It reads from the first visit on, until the process ends. */
export function ledgerPage() {
  kept.page ??= openPage().catch((error) => {
    // The next visitor tries again.
    kept.page = null
    throw error
  })
  return kept.page
}

async function openPage() {
  const { url, network, wallet, hosts } = settings()
  const provider = new JsonRpcProvider(url)
  try {
    const broker = await createBroker({ provider, address: wallet, network })
    const page = await createVisualizer(broker, { port: null, basePath: '/ledger', hosts, dryRun: true })
    // Next waits for every answer before it ends, and an open page listens for ever.
    for (const signal of ['SIGINT', 'SIGTERM'])
      process.once(signal, () => {
        void page.close().then(() => broker.close())
        provider.destroy()
      })
    return page
  } catch (error) {
    provider.destroy()
    throw error
  }
}
