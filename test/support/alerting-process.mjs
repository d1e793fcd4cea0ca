// A process that keeps a sub-account funded and sends alerts, ten times as fast as usual. It runs on the built package, as an
// app's process does.
import { JsonRpcProvider, Wallet } from 'ethers'
import { createBroker } from '../../dist/src/index.js'
import { openAlerts } from '../../dist/src/alerts/alerts.js'
import { fileAlertState, webhook } from '../../dist/src/alerts/index.js'

const { rpcUrl, network, key, provider: address, url, state } = JSON.parse(process.env.ALERTING)
const SPEED = 10

const provider = new JsonRpcProvider(rpcUrl, undefined, { cacheTimeout: -1, batchStallTime: 0 })
const broker = await createBroker({ signer: new Wallet(key, provider), network, intervalMs: 100 })
const start = Date.now()
const clock = {
  now: () => start + (Date.now() - start) * SPEED,
  after(ms, callback) {
    const timer = setTimeout(() => callback(), ms / SPEED)
    return () => clearTimeout(timer)
  },
}
const off = ['ledger-runway', 'gas-low', 'anomaly', 'budget-exhausted', 'refund-claimable', 'stuck-transaction']
const rules = { ...Object.fromEntries(off.map((name) => [name, false])), 'held-and-low': { for: '20s' } }
await openAlerts(broker, { to: [webhook(url)], rules, state: fileAlertState(state) }, clock)
broker.inference.startAutoFunding(address, { intervalMs: 100, target: 2, minTopUp: 0n })
