// A process of a fleet whose budget all processes share, which stops itself (SIGSTOP) at the moment that `stopAt` names. It runs on the built
// package, as an app's process does.
import { writeSync } from 'node:fs'
import { JsonRpcProvider, Wallet } from 'ethers'
import pg from 'pg'

const options = JSON.parse(process.env.OPTIONS)
const {
  database,
  rpcUrl,
  network,
  keys,
  providers,
  budget,
  capacity,
  stopAt,
  leaseMs,
  holder,
  clockAheadMs = 0,
} = options
const now = Date.now
Date.now = () => now() + clockAheadMs
const { createFleet } = await import('../../dist/src/fleet/index.js')
const { postgresLeases } = await import('../../dist/src/postgres/index.js')

class Provider extends JsonRpcProvider {
  async send(method, params) {
    if (method !== 'eth_sendRawTransaction') return super.send(method, params)
    reach('before-broadcast')
    const response = await super.send(method, params)
    reach('after-broadcast')
    return response
  }
}

const pool = new pg.Pool({ connectionString: database, max: 3 })
let hasStopped = false
const leases = postgresLeases({ pool, leaseMs, holder })
const wallets = new Map(keys.map((key) => [new Wallet(key).address, key]))
const fleet = await createFleet({
  provider: new Provider(rpcUrl, undefined, { cacheTimeout: -1, batchStallTime: 0 }),
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
      return journals.map((journal) => ({
        ...journal,
        async append(record) {
          reach(`before-${record.type}`)
          await journal.append(record)
          reach(`after-${record.type}`)
        },
      }))
    },
  }
}

function reach(moment) {
  if (moment !== stopAt || hasStopped) return
  hasStopped = true
  say(`stopping ${moment}`)
  process.kill(process.pid, 'SIGSTOP')
}

function say(line) {
  writeSync(1, `${line}\n`)
}
