// npm run check:size: bundles entries for browsers, without their peers, and fails where one is larger than it may be.
import process from 'node:process'
import { bundleSizes } from '../bench/bundle-sizes.mjs'

/** In kB of gzip. `first`: what a page loads before it opens a broker; `all`: with what it loads then. */
const LIMITS = [
  { name: 'og-ledger', first: 45, all: 125 },
  { name: 'og-ledger/machines', first: 15, all: 15 },
  { name: 'og-ledger/react', first: 4, all: 4 },
]

for (const { name, ...limits } of LIMITS) {
  const sizes = await bundleSizes(name)
  for (const part of ['first', 'all']) {
    const isTooLarge = sizes[part] > limits[part]
    if (isTooLarge) process.exitCode = 1
    const figure = `${sizes[part].toFixed(1)} kB gzip of at most ${limits[part]}`
    console.log(`${name.padEnd(20)} ${part.padEnd(6)} ${figure}${isTooLarge ? ': too large' : ''}`)
  }
}
