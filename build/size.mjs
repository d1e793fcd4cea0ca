// npm run check:size: what the package adds to a page beside its peers, in kB of gzip. It fails where an entry, or a page in one of its
// lives, is larger than it may be, and where an entry loads a peer before it needs it.
import process from 'node:process'
import { bundleSizes } from '../bench/bundle-sizes.mjs'
import { pageLives } from '../bench/page-lives.mjs'

/** `first`: what a page loads with it. `peers`: what that loads of those. */
const ENTRIES = [
  { name: 'og-ledger', most: 45, peers: ['ethers'] },
  { name: 'og-ledger/machines', most: 15, peers: ['xstate'] },
  { name: 'og-ledger/react', beside: 'og-ledger', most: 4, peers: ['ethers', 'react'] },
]

/** What a page with the hooks loads in all until it has done so: see bench/lives.mjs. */
const LIVES = { first: 10.6, watch: 49.6, forecast: 62.8, pay: 133.3, all: 140.3 }

for (const { name, beside, most, peers } of ENTRIES) {
  const entry = await bundleSizes(name, { beside })
  print(name, entry.first, most)
  const early = entry.peers.filter((peer) => !peers.includes(peer))
  if (early.length > 0) fail(`${name} loads ${early.join(', ')}`)
}
const sizes = await pageLives()
for (const [life, most] of Object.entries(LIVES)) print(`a page: ${life}`, sizes[life], most)

function print(what, size, most) {
  console.log(`${what.padEnd(20)} ${size.toFixed(1).padStart(6)} kB gzip of at most ${most}`)
  if (size > most) fail(`${what} is too much`)
}

function fail(sentence) {
  process.exitCode = 1
  console.log(sentence)
}
