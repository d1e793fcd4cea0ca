import { performance } from 'node:perf_hooks'
import process from 'node:process'

/** Imports one module in a process of its own, tells what that cost, and ends. */
const [module] = process.argv.slice(2)
const start = performance.now()
const before = process.cpuUsage()
if (module) await import(module)
const { user, system } = process.cpuUsage(before)
const cost = { ms: performance.now() - start, cpu: (user + system) / 1e3, mb: process.memoryUsage.rss() / 1e6 }
process.send(cost, () => process.exit())
