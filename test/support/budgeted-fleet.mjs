// A process of a fleet whose budget all processes share, which stops itself at the moment that `stopAt` names. It runs on the built package,
// as an app's process does.
import { Wallet } from 'ethers'
import pg from 'pg'
import { connectNode, options, say, watchedJournal } from './stopping-process.mjs'

// After the clock of the process is set.
const { createFleet } = await import('../../dist/src/fleet/index.js')
const { postgresLeases } = await import('../../dist/src/postgres/index.js')

const { database, network, keys, providers, budget, capacity, leaseMs, holder } = options
const pool = new pg.Pool({ connectionString: database, max: 3 })
const leases = postgresLeases({ pool, leaseMs, holder })
const wallets = new Map(keys.map((key) => [new Wallet(key).address, key]))
const fleet = await createFleet({
  provider: connectNode(),
  network,
  wallets: [...wallets.keys()],
  signerFor: (wallet) => new Wallet(wallets.get(wallet)),
  policyFor: () => ({
    autoFunding: providers.map((provider) => ({
      provider,
      config: { target: 2, minTopUp: 0n, unsettledFee: false },
    })),
  }),
  leases: { ...leases, withBudget: (terms) => watched(leases.withBudget(terms)) },
  budget,
  capacity,
  intervalMs: 200,
})
fleet.plan$.subscribe(() => {
  const decisions = fleet.brokers().flatMap((broker) => broker.latest()?.decisions ?? [{ action: 'none' }])
  const reasons = decisions.map(({ action, reason }) => String(reason ?? action))
  say(`plan ${reasons.toSorted().join()}`)
})
say('open')
setInterval(() => undefined, 1_000)

/** The same leases, whose journals come by the moments. */
function watched(inner) {
  return {
    ...inner,
    async claim(request) {
      const journals = await inner.claim(request)
      for (const { lost } of journals) lost.addEventListener('abort', () => say('lost'))
      return journals.map(watchedJournal)
    },
  }
}
