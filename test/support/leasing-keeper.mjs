// A process that claims a wallet in Postgres, keeps sub-accounts funded, and stops itself at the moment that `stopAt` names. It runs on the
// built package, as an app's process does.
import { Wallet } from 'ethers'
import pg from 'pg'
import { connectNode, options, say, watchedJournal } from './stopping-process.mjs'

// After the clock of the process is set.
const { createBroker } = await import('../../dist/src/index.js')
const { postgresJournal } = await import('../../dist/src/postgres/index.js')

const { database, network, key, providers, leaseMs, holder } = options
const signer = new Wallet(key, connectNode())
const pool = new pg.Pool({ connectionString: database, max: 3 })
const inner = await claimed()
say(`claimed ${inner.epoch}`)
inner.lost.addEventListener('abort', () => say(`lost ${inner.lost.reason.name}`))
const broker = await createBroker({ signer, network, journal: watchedJournal(inner), signal: inner.lost })
broker.plan$.subscribe(({ decisions }) =>
  say(`plan ${decisions.map(({ action, reason }) => (action === 'top-up' ? action : reason)).join()}`),
)
for (const address of providers)
  broker.inference.startAutoFunding(address, { intervalMs: 100, target: 2, minTopUp: 0n })
process.on('SIGTERM', () => void broker.close().then(() => process.exit(0)))
setInterval(() => undefined, 1_000)

/** On a busy machine the database may be late, too. */
async function claimed() {
  for (;;)
    try {
      const { chainId } = network
      return await postgresJournal({ pool, chainId, wallet: signer.address, leaseMs, holder, wait: true })
    } catch (error) {
      if (!error.retryable) throw error
    }
}
