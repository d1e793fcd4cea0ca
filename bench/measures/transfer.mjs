import { setTimeout as sleep } from 'node:timers/promises'
import { OG } from '../chain.mjs'
import { mean, median, withoutChainId } from '../numbers.mjs'
import { openSide } from '../side-process.mjs'

const TRANSFERS = 5

/** One transfer to an existing sub-account, from the call until it resolves. */
export async function transfer({ chain }) {
  const [provider] = chain.providers
  const [reference, ours] = await Promise.all(
    ['reference', 'og-ledger'].map((name) => transfersOf(name, { chain, provider })),
  )
  const row = (what, key) => ({
    name: `one transfer, 1 s blocks: ${what}`,
    digits: 1,
    reference: reference[key],
    ours: ours[key],
  })
  return {
    rows: [
      row('seconds', 'seconds'),
      { ...row('JSON-RPC calls', 'calls'), note: withoutChainId({ reference, ours }) },
      row('HTTP requests', 'requests'),
    ],
    details: { reference, ours },
  }
}

async function transfersOf(name, { chain, provider }) {
  const wallet = await chain.wallet({ deposit: 50n * OG, providers: [provider], amount: OG })
  await chain.rhythm()
  const side = await openSide(name, { chain, wallet })
  const runs = []
  for (let run = 0; run < TRANSFERS; run++) {
    // At a fifth, two fifths … of the way from one block to the next.
    await chain.nextBlock()
    await sleep(200 * run)
    const before = await chain.available(wallet, provider)
    side.proxy.reset()
    const { ms } = await side.call('transfer', provider.address, OG)
    runs.push({ seconds: ms / 1_000, ...side.proxy.counts })
    if ((await chain.available(wallet, provider)) !== before + OG) throw new Error(`${name} did not transfer.`)
  }
  side.end()
  return {
    seconds: median(runs.map(({ seconds }) => seconds)),
    calls: mean(runs.map(({ calls }) => calls)),
    requests: mean(runs.map(({ requests }) => requests)),
    methods: { eth_chainId: mean(runs.map(({ methods }) => methods.eth_chainId ?? 0)) },
    runs,
  }
}
