// A process that claims a wallet in Postgres, keeps sub-accounts funded, and stops itself (SIGSTOP) at the moment that `stopAt` names. It
// runs on the built package, as an app's process does.
import { writeSync } from 'node:fs'
import { JsonRpcProvider, Wallet } from 'ethers'
import pg from 'pg'

const options = JSON.parse(process.env.OPTIONS)
const { database, rpcUrl, network, key, providers, stopAt, leaseMs, holder, clockAheadMs = 0 } = options
const now = Date.now
Date.now = () => now() + clockAheadMs
const { createBroker } = await import('../../dist/src/index.js')
const { postgresJournal } = await import('../../dist/src/postgres/index.js')

class Provider extends JsonRpcProvider {
  async send(method, params) {
    if (method !== 'eth_sendRawTransaction') return super.send(method, params)
    reach('before-broadcast')
    const response = await super.send(method, params)
    reach('after-broadcast')
    return response
  }
}

const provider = new Provider(rpcUrl, undefined, { cacheTimeout: -1, batchStallTime: 0 })
const signer = new Wallet(key, provider)
const pool = new pg.Pool({ connectionString: database, max: 3 })
const inner = await claimed()
say(`claimed ${inner.epoch}`)
inner.lost.addEventListener('abort', () => say(`lost ${inner.lost.reason.name}`))
const journal = {
  ...inner,
  async append(record) {
    reach(`before-${record.type}`)
    await inner.append(record)
    reach(`after-${record.type}`)
  },
}
const broker = await createBroker({ signer, network, journal, signal: inner.lost })
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

let hasStopped = false

/** Stops the process where it stands, as a long pause of a virtual machine does. */
function reach(moment) {
  if (moment !== stopAt || hasStopped) return
  hasStopped = true
  say(`stopping ${moment}`)
  process.kill(process.pid, 'SIGSTOP')
}

function say(line) {
  writeSync(1, `${line}\n`)
}
