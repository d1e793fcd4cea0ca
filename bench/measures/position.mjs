import { setTimeout as sleep } from 'node:timers/promises'
import { OG } from '../chain.mjs'
import { median, withoutChainId } from '../numbers.mjs'
import { openSide } from '../side-process.mjs'

const READS = 20
/** ethers keeps answers for 250 ms: only later reads ask the node. */
const PAUSE_MS = 300

/** One look at everything a wallet with fifty sub-accounts has. */
export async function position({ chain }) {
  const reference = await readingsOf('reference', chain)
  const ours = await readingsOf('og-ledger', chain)
  const row = (what, key, digits) => ({
    name: `position of 50 sub-accounts: ${what}`,
    digits,
    reference: reference[key],
    ours: ours[key],
  })
  return {
    rows: [
      row('ms', 'ms', 0),
      { ...row('JSON-RPC calls', 'calls', 1), note: withoutChainId({ reference, ours }) },
      row('HTTP requests', 'requests', 1),
    ],
    details: { reference: reference.times, ours: ours.times },
  }
}

async function readingsOf(name, chain) {
  const wallet = await chain.wallet({ deposit: 200n * OG, providers: chain.providers, amount: 3n * OG })
  await chain.rhythm()
  const side = await openSide(name, { chain, wallet })
  const times = []
  side.proxy.reset()
  for (let read = 0; read < READS; read++) {
    await sleep(PAUSE_MS)
    const { ms, result } = await side.call('subAccounts')
    if (result !== chain.providers.length) throw new Error(`${name} read ${result} sub-accounts.`)
    times.push(ms)
  }
  const { calls, requests, methods } = side.proxy.counts
  side.end()
  const perRead = Object.fromEntries(Object.entries(methods).map(([method, count]) => [method, count / READS]))
  return { ms: median(times), calls: calls / READS, requests: requests / READS, methods: perRead, times }
}
