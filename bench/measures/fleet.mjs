import { setTimeout as sleep } from 'node:timers/promises'
import { OG } from '../chain.mjs'
import { startFleet } from '../fleet-processes.mjs'
import { openSide } from '../side-process.mjs'

const ACCOUNTS = 3
const SMALL = { wallets: 100, accounts: ACCOUNTS, everyMs: 3_000 }
const LARGE = { wallets: 1_000, accounts: ACCOUNTS, everyMs: 30_000 }
const HUGE = { wallets: 3_334, accounts: ACCOUNTS, everyMs: 10_000 }
const REFERENCE_POLLS = 4

/** What many wallets of one process cost: opening, a tick in which nothing changes, one in which everything does, and memory. */
export async function fleet({ chain, endpoint }) {
  const reference = await referenceOf({ chain, endpoint })
  const small = await costsOf(SMALL, { warmUp: 3, idle: 5, changed: 3 })
  const large = await costsOf(LARGE, { warmUp: 1, idle: 2, changed: 1 })
  const huge = await costsOf(HUGE, { warmUp: 2, idle: 3, changed: 2 })
  const row = (name, { reference = null, ours, digits = 1, note }) => ({ name, reference, ours, digits, note })
  const times = `reference: ${SMALL.wallets} times what one wallet takes`
  const rows = [
    row('open 100 wallets: JSON-RPC calls', {
      reference: reference.open.calls,
      ours: small.open.calls,
      digits: 0,
      note: times,
    }),
    row('open 100 wallets: HTTP requests', {
      reference: reference.open.requests,
      ours: small.open.requests,
      digits: 0,
    }),
    row('open 100 wallets: ms', { ours: small.openMs, digits: 0 }),
    row('tick, 100 wallets, 3 accounts each: JSON-RPC calls', {
      reference: reference.tick.calls,
      ours: small.idle.calls,
      note: times,
    }),
    row('1000 wallets every 30 s: % of a core', { ours: large.idle.share }),
    row('1000 wallets every 30 s: MB of RSS', { ours: large.idle.rss, digits: 0 }),
    row('unchanged wallet and tick: ms of CPU', { ours: large.idle.perWallet, digits: 2 }),
    row('changed wallet and tick: ms of CPU', {
      ours: large.changed.perWallet,
      digits: 2,
      note: 'every balance, every tick',
    }),
    row('10,000 sub-accounts, tick in which nothing changes: ms of CPU', { ours: huge.idle.perTick, digits: 0 }),
    row('10,000 sub-accounts, tick in which all change: ms of CPU', { ours: huge.changed.perTick, digits: 0 }),
    row('heap of a wallet with 3 accounts: kB', {
      ours: huge.heap,
      digits: 0,
      note: `of ${HUGE.wallets}; ${large.heap.toFixed(0)} of ${LARGE.wallets}`,
    }),
  ]
  return { rows, details: { reference, small, large, huge } }
}

/** Each count is of intervals. */
async function costsOf(size, { warmUp, idle: idleTicks, changed: changedTicks }) {
  const { wallets, everyMs } = size
  const running = await startFleet(size)
  const run = (intervals) => running.call('run', { intervals })
  const costOf = ({ cpuMs, elapsedMs, rss }) => ({
    perTick: (cpuMs * everyMs) / elapsedMs,
    perWallet: (cpuMs * everyMs) / elapsedMs / wallets,
    share: (100 * cpuMs) / elapsedMs,
    rss: rss / 1e6,
  })
  const open = await running.counts()
  await run(warmUp)
  await running.counts()
  const idle = { ...costOf(await run(idleTicks)), calls: (await running.counts()).calls / idleTicks }
  const changed = await running.changing(async () => {
    await run(1)
    return costOf(await run(changedTicks))
  })
  const { heapUsed } = await running.call('memory')
  const decisions = await running.call('decisions')
  if (decisions.sufficient !== wallets * ACCOUNTS)
    throw new Error(`Not every sub-account is sufficient: ${JSON.stringify(decisions)}`)
  const { openMs, before } = running.opened
  running.end()
  return { open, openMs, idle, changed, heap: (heapUsed - before.heapUsed) / wallets / 1_000 }
}

/** The reference SDK has a broker for each wallet, and they have nothing in common. */
async function referenceOf({ chain, endpoint }) {
  const providers = chain.providers.slice(0, ACCOUNTS)
  const wallet = await chain.wallet({ deposit: 20n * OG, providers, amount: 3n * OG })
  await chain.rhythm()
  const side = await openSide('reference', { chain, wallet })
  const addresses = providers.map(({ address }) => address)
  await side.call('startAutoFunding', addresses, SMALL.everyMs)
  const asked = endpoint.requests
  const open = side.proxy.counts
  side.proxy.reset()
  await sleep(REFERENCE_POLLS * SMALL.everyMs)
  const polls = (endpoint.requests - asked) / ACCOUNTS
  const tick = side.proxy.counts
  side.end()
  return { open: times(open, SMALL.wallets), tick: times(tick, SMALL.wallets / polls) }
}

const times = ({ calls, requests }, factor) => ({ calls: calls * factor, requests: requests * factor })
