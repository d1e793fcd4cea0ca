import { performance } from 'node:perf_hooks'
import process from 'node:process'

/** Imports one module in a process of its own, tells what that cost, and ends. */
const [module] = process.argv.slice(2)
const start = performance.now()
if (module) await import(module)
const cost = { ms: performance.now() - start, mb: process.memoryUsage.rss() / 1e6 }
process.send(cost, () => process.exit())
