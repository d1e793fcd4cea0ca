import { setTimeout as sleep } from 'node:timers/promises'
import { OG } from '../chain.mjs'
import { withoutChainId } from '../numbers.mjs'
import { openSide } from '../side-process.mjs'

const SIZES = [1, 10, 50]
const INTERVAL_MS = 500
const POLLS = 10

/** What auto-funding asks of a node while there is nothing to do. */
export async function idle({ chain, endpoint }) {
  const rows = []
  const methods = {}
  for (const size of SIZES) {
    const reference = await idleOf('reference', { chain, endpoint, size })
    const ours = await idleOf('og-ledger', { chain, endpoint, size })
    const row = (what) => ({ name: `idle poll, ${size} sub-account${size === 1 ? '' : 's'}: ${what}`, digits: 1 })
    rows.push(
      {
        ...row('JSON-RPC calls'),
        reference: reference.calls,
        ours: ours.calls,
        note: withoutChainId({ reference, ours }),
      },
      { ...row('HTTP requests to the node'), reference: reference.requests, ours: ours.requests },
      { ...row('HTTP requests to providers'), reference: reference.providers, ours: ours.providers },
    )
    methods[size] = { reference: reference.methods, ours: ours.methods }
  }
  return { rows, details: { methodsPerPoll: methods } }
}

async function idleOf(name, { chain, endpoint, size }) {
  const providers = chain.providers.slice(0, size)
  const wallet = await chain.wallet({ deposit: 200n * OG, providers, amount: 3n * OG })
  await chain.rhythm()
  const side = await openSide(name, { chain, wallet })
  if (name === 'og-ledger') await side.call('countPolls')
  // The reference asks each provider once per poll, og-ledger none: it says itself how often it has read.
  const pollsOf = async () => (name === 'reference' ? endpoint.requests / size : (await side.call('polls')).result)
  const addresses = providers.map(({ address }) => address)
  await side.call('startAutoFunding', addresses, INTERVAL_MS)
  await sleep(3.5 * INTERVAL_MS)
  const [polls, asked] = [await pollsOf(), endpoint.requests]
  side.proxy.reset()
  await sleep(POLLS * INTERVAL_MS)
  const { calls, requests, methods } = side.proxy.counts
  const done = (await pollsOf()) - polls
  const perPoll = (count) => count / done
  side.end()
  return {
    calls: perPoll(calls),
    requests: perPoll(requests),
    providers: perPoll(endpoint.requests - asked),
    methods: Object.fromEntries(Object.entries(methods).map(([method, count]) => [method, perPoll(count)])),
  }
}
