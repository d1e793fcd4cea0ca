import { Ledger } from './ledger.jsx'
import { settings } from './network.js'
import { readPosition } from './read-position.js'

// Each visit reads the chain.
export const dynamic = 'force-dynamic'

export default async function Page() {
  const { url, network, wallet } = settings()
  const initial = await readPosition({ url, network, wallet })
  return (
    <main>
      <h1>0G Compute ledger</h1>
      <p>
        <code>{wallet}</code>
      </p>
      <Ledger initial={initial} network={network} />
    </main>
  )
}
