import { setTimeout as sleep } from 'node:timers/promises'
import { OG } from '../chain.mjs'
import { toOg, until } from '../numbers.mjs'
import { openSide } from '../side-process.mjs'

const COUNT = 10
const INTERVAL_MS = 5_000
const REQUIRED = 2n * OG
const PATIENCE_MS = 90_000

/** Ten sub-accounts hold 1 OG of the 2 required when auto-funding starts for all of them. */
export async function low({ chain }) {
  const providers = chain.providers.slice(0, COUNT)
  const [reference, ours] = await Promise.all(
    ['reference', 'og-ledger'].map((name) => fund(name, { chain, providers })),
  )
  const row = (what, key, digits, atLeast = false) => ({
    name: `ten low at once: ${what}`,
    digits,
    reference: reference[key],
    ours: ours[key],
    ...(atLeast && { referenceAtLeast: !reference.done, oursAtLeast: !ours.done }),
  })
  return {
    rows: [
      row('seconds until all are funded', 'seconds', 1, true),
      row('broadcasts', 'broadcasts', 0),
      row('broadcasts rejected', 'rejected', 0),
      row('OG paid (10 needed)', 'paid', 1),
      row('JSON-RPC calls', 'calls', 0),
    ],
    details: { reference, ours },
  }
}

async function fund(name, { chain, providers }) {
  const wallet = await chain.wallet({ deposit: 100n * OG, providers, amount: OG })
  await chain.rhythm()
  const side = await openSide(name, { chain, wallet })
  const ledger = await chain.unallocated(wallet)
  // Right after a block, so that the next one is as far away for both.
  await chain.nextBlock()
  side.proxy.reset()
  const start = Date.now()
  const addresses = providers.map(({ address }) => address)
  // The reference resolves after its first round of transfers: nothing waits for it.
  side.call('startAutoFunding', addresses, INTERVAL_MS).catch(() => undefined)
  const done = await until(allFunded, { withinMs: PATIENCE_MS, everyMs: 50 })
  const seconds = (Date.now() - start) / 1_000
  const { broadcasts, rejected, calls } = side.proxy.counts
  // One more poll, which may pay again.
  await sleep(INTERVAL_MS + 1_000)
  const paid = toOg(ledger - (await chain.unallocated(wallet)))
  side.end()
  return { done: done !== null, seconds, broadcasts, rejected, calls, paid }

  async function allFunded() {
    const available = await Promise.all(providers.map((provider) => chain.available(wallet, provider)))
    return available.every((wei) => wei >= REQUIRED)
  }
}
