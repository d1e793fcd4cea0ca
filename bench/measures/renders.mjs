import { OG } from '../chain.mjs'
import { COMPONENTS } from '../page.mjs'
import { openSide } from '../side-process.mjs'

const QUIET = 20
const SUB_ACCOUNTS = 5
/** What the reference has nothing for. */
const OURS_ALONE = new Set(['shortfall', 'transactions'])

/** How often the components of a page render: while nothing changes, after a charge, and for a top-up. */
export async function renders({ chain }) {
  const [reference, ours] = await Promise.all([
    rendersOf('reference-page', chain, chain.providers.slice(0, SUB_ACCOUNTS)),
    rendersOf('og-ledger-page', chain, chain.providers.slice(SUB_ACCOUNTS, 2 * SUB_ACCOUNTS)),
  ])
  const rows = Object.entries({ quiet: `${QUIET} quiet readings`, charge: 'one charge', topUp: 'a top-up' }).flatMap(
    ([phase, words]) =>
      Object.entries(COMPONENTS).map(([name, shown]) => ({
        name: `renders, ${words}: ${shown}`,
        digits: 0,
        reference: reference[phase][name],
        ours: ours[phase][name],
      })),
  )
  const calls = {
    name: 'renders: JSON-RPC calls a reading',
    digits: 1,
    reference: reference.calls / QUIET,
    ours: ours.calls / QUIET,
  }
  return { rows: [...rows, calls], details: { reference, ours } }
}

async function rendersOf(name, chain, providers) {
  const wallet = await chain.wallet({ deposit: 100n * OG, providers, amount: 3n * OG })
  await chain.rhythm()
  const side = await openSide(name, { chain, wallet })
  const [charged, other] = providers
  const shown = Object.keys(COMPONENTS).filter((one) => name === 'og-ledger-page' || !OURS_ALONE.has(one))
  await side.call('show', charged.address, other.address)

  side.proxy.reset()
  const quiet = await during(async () => {
    for (let reading = 0; reading < QUIET; reading += 1) await readNext()
  })
  const { calls } = side.proxy.counts
  const charge = await during(async () => {
    await charged.settle(wallet.address, OG / 2n)
    await readNext()
  })
  const topUp = await during(async () => {
    await side.call('transfer', charged.address, OG / 2n)
    await readNext()
  })
  side.end()
  return { quiet, charge, topUp, calls }

  async function readNext() {
    await chain.nextBlock()
    await side.call('read')
  }

  async function during(work) {
    const before = await counts()
    await work()
    const after = await counts()
    return Object.fromEntries(shown.map((one) => [one, after[one] - before[one]]))
  }

  async function counts() {
    const results = {}
    for (const one of shown) results[one] = (await side.call('renders', one)).result
    return results
  }
}
