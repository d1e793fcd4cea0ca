// npm run check:size: bundles entries for browsers, without their peers, and fails where one is larger than it may be, or loads a peer
// before it needs it.
import process from 'node:process'
import { bundleSizes } from '../bench/bundle-sizes.mjs'

/** In kB of gzip. `first`: what a page loads before it opens a broker; `all`: with what it loads then. `peers`: what it loads of those. */
const LIMITS = [
  { name: 'og-ledger', first: 45, all: 130, peers: ['ethers'] },
  { name: 'og-ledger/machines', first: 15, all: 15, peers: ['xstate'] },
  { name: 'og-ledger/react', beside: 'og-ledger', first: 4, all: 4, peers: ['ethers', 'react'] },
]

for (const { name, beside, peers, ...limits } of LIMITS) {
  const sizes = await bundleSizes(name, { beside })
  for (const part of ['first', 'all'])
    print(name, `${part.padEnd(6)} ${sizes[part].toFixed(1)} kB gzip of at most ${limits[part]}`, {
      tooMuch: sizes[part] > limits[part],
    })
  print(name, `peers  ${sizes.peers.join(', ')}`, { tooMuch: sizes.peers.some((peer) => !peers.includes(peer)) })
}

function print(name, figure, { tooMuch }) {
  if (tooMuch) process.exitCode = 1
  console.log(`${name.padEnd(20)} ${figure}${tooMuch ? ': too much' : ''}`)
}
