import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeHeapSnapshot } from 'node:v8'
import { JsonRpcProvider, Wallet } from 'ethers'
import { createFleet } from '../dist/src/fleet/index.js'
import { memoryJournal } from '../dist/src/index.js'
import { fleetNetwork, fleetProvider, fleetWallets } from './fleet-world.mjs'

/** A fleet in a process of its own, started with `--expose-gc`: what it costs in time, CPU and memory. */
const keys = new Map()
let fleet = null
let intervalMs = 0

const actions = {
  /** Opens the fleet, without the time that making the keys takes. */
  async open({ url, wallets, accounts, everyMs }) {
    for (const { address, privateKey } of fleetWallets(wallets)) keys.set(address, privateKey)
    intervalMs = everyMs
    const before = memory()
    const began = performance.now()
    const cpu = process.cpuUsage()
    const autoFunding = Array.from({ length: accounts }, (_, at) => ({
      provider: fleetProvider(at),
      config: { unsettledFee: false },
    }))
    fleet = await createFleet({
      provider: new JsonRpcProvider(url),
      network: fleetNetwork,
      wallets: [...keys.keys()],
      signerFor: (wallet) => new Wallet(keys.get(wallet)),
      journalFor: () => memoryJournal(),
      policyFor: () => ({ autoFunding }),
      intervalMs,
    })
    const openMs = performance.now() - began
    const failed = fleet.wallets().find(({ reason }) => reason !== null)
    if (failed) throw new Error(`${failed.wallet}: ${failed.reason}`)
    while (fleet.brokers().some((broker) => broker.latest() === null)) await sleep(20)
    return { openMs, cpuMs: ms(cpu), readMs: performance.now() - began, before }
  },
  /** Milliseconds of CPU in so many intervals. */
  async run({ intervals }) {
    const cpu = process.cpuUsage()
    const began = performance.now()
    await sleep(intervals * intervalMs)
    return { cpuMs: ms(cpu), elapsedMs: performance.now() - began, rss: process.memoryUsage().rss }
  },
  memory: () => memory(),
  decisions() {
    const counts = {}
    for (const broker of fleet.brokers())
      for (const { action, reason = action } of broker.latest().decisions) counts[reason] = (counts[reason] ?? 0) + 1
    return counts
  },
  snapshot: (file) => writeHeapSnapshot(file),
}

process.on('message', ({ action, args }) => {
  Promise.resolve()
    .then(() => actions[action](...args))
    .then(
      (result) => process.send({ result }),
      (error) => process.send({ error: String(error?.stack ?? error) }),
    )
})
process.on('disconnect', () => process.exit())
process.send({ ready: true })

function memory() {
  for (let round = 0; round < 4; round += 1) globalThis.gc()
  const { heapUsed, rss } = process.memoryUsage()
  return { heapUsed, rss }
}

function ms(since) {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1_000
}
