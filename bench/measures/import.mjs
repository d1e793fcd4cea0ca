import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { median } from '../numbers.mjs'

const CHILDREN = 5
const MODULES = {
  nothing: '',
  ethers: 'ethers',
  reference: '@0gfoundation/0g-compute-ts-sdk',
  ours: fileURLToPath(new URL('../../dist/src/index.js', import.meta.url)),
}

/** What it costs a process to import each side, over what an empty Node costs. */
export async function imports() {
  const measured = Object.fromEntries(Object.keys(MODULES).map((name) => [name, []]))
  // In turn, so that what else the machine does meets all alike. The first round fills the file cache.
  for (let round = 0; round <= CHILDREN; round++)
    for (const [name, module] of Object.entries(MODULES)) {
      const cost = await importOnce(module)
      if (round > 0) measured[name].push(cost)
    }
  const of = (name, key) => median(measured[name].map((cost) => cost[key]))
  const over = (name, key) => of(name, key) - of('nothing', key)
  const row = (what, key, digits) => ({
    name: `import: ${what}`,
    digits,
    reference: over('reference', key),
    ours: over('ours', key),
    note: `ethers alone ${over('ethers', key).toFixed(digits)}`,
  })
  const rows = [row('ms', 'ms', 0), row('ms of CPU', 'cpu', 0), row('MB of memory (RSS)', 'mb', 1)]
  return { rows, details: measured }
}

async function importOnce(module) {
  const child = fork(fileURLToPath(new URL('../import-once.mjs', import.meta.url)), [module], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const [[cost]] = await Promise.all([once(child, 'message'), once(child, 'exit')])
  return cost
}
