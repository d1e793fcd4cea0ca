import { setTimeout as sleep } from 'node:timers/promises'
import { OG } from '../chain.mjs'
import { mean, median, toOg, until } from '../numbers.mjs'
import { openSide } from '../side-process.mjs'

const TRIALS = 5
const INTERVAL_MS = 1_000
const LEFT = OG / 2n
const AFTERMATH_MS = 5_000

/** A provider charges until 0.5 OG is left where 2 are required: how soon, how often and how much is paid for it? */
export async function drain({ chain }) {
  const names = ['reference', 'og-ledger']
  const [reference, ours] = await Promise.all(names.map((name, index) => drainsOf(name, chain, chain.providers[index])))
  return {
    rows: [
      row('blocks of 1 s', 0, median, 'blocks'),
      row('transfers', 1, mean, 'transfers'),
      row('OG paid (1.5 needed)', 2, mean, 'paid'),
      row('OG paid at worst', 2, (all) => Math.max(...all), 'paid'),
    ],
    details: { reference, ours },
  }

  function row(what, digits, summary, key) {
    const of = (drains) => summary(drains.map((drain) => drain[key]))
    return { name: `drain mined to top-up mined: ${what}`, digits, reference: of(reference), ours: of(ours) }
  }
}

async function drainsOf(name, chain, provider) {
  const wallet = await chain.wallet({ deposit: 100n * OG, providers: [provider], amount: 2n * OG })
  await chain.rhythm()
  const side = await openSide(name, { chain, wallet })
  const drains = []
  for (let trial = 0; trial < TRIALS; trial++) drains.push(await drainOnce({ chain, side, wallet, provider, trial }))
  side.end()
  return drains
}

async function drainOnce({ chain, side, wallet, provider, trial }) {
  // Interval and blocks keep pace: each trial starts in another phase.
  await sleep(trial * 200)
  await side.call('startAutoFunding', [provider.address], INTERVAL_MS)
  await sleep(1_500)
  const [ledger, transactions] = [await chain.unallocated(wallet), await chain.transactions(wallet)]
  const available = await chain.available(wallet, provider)
  const { blockNumber } = await provider.settle(wallet.address, available - LEFT)
  const [funded] = (await until(() => topUps(blockNumber), { withinMs: 30_000 })) ?? []
  if (funded === undefined) throw new Error(`${side.name} did not top up.`)
  await sleep(AFTERMATH_MS)
  await side.call('stopAutoFunding')
  // What a side still does about what it saw before it was stopped.
  await sleep(1_500)
  await until(() => chain.quiet(wallet), { withinMs: 10_000 })
  return {
    blocks: funded - blockNumber,
    transfers: (await chain.transactions(wallet)) - transactions,
    paid: toOg(ledger - (await chain.unallocated(wallet))),
  }

  async function topUps(block) {
    const blocks = await chain.changes(wallet, block)
    return blocks.length > 0 && blocks
  }
}
