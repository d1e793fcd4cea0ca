import { setTimeout as sleep } from 'node:timers/promises'
import { performance } from 'node:perf_hooks'
import { JsonRpcProvider, Wallet } from 'ethers'
import { createBroker, memoryJournal } from '../../dist/src/index.js'
import { OG } from '../chain.mjs'
import { startCountingProxy } from '../counting-proxy.mjs'
import { median } from '../numbers.mjs'

const REQUESTS = 1_000
const REJECTIONS = 10
const body = JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }] })

/** What the request path adds to a request: to one that is served, and to one that is rejected, funded and served. */
export async function endpoint({ chain }) {
  const provider = await chain.httpProvider()
  const served = await servedOf(chain, provider)
  const rejected = []
  for (let run = 0; run < REJECTIONS; run++) rejected.push(await rejectedOf(chain, provider, run))
  await provider.stop()
  const answered = (key) => median(rejected.map((run) => run[key]))
  return {
    rows: [
      {
        name: 'endpoint, served: ms added to a request',
        digits: 2,
        ours: served.overhead,
        note: `median of ${REQUESTS}`,
      },
      { name: 'endpoint, served: requests to the node', digits: 0, ours: served.requests },
      {
        name: 'endpoint, rejected: s until answered',
        digits: 2,
        ours: answered('seconds'),
        note: `${REJECTIONS} in turn, 1 s blocks`,
      },
      { name: 'endpoint, rejected: blocks until answered', digits: 1, ours: answered('blocks') },
      {
        name: 'endpoint, rejected: blocks at worst',
        digits: 0,
        ours: Math.max(...rejected.map(({ blocks }) => blocks)),
      },
    ],
    details: { served, rejected },
  }
}

/** A fetch that answers at once, with and without the endpoint around it in turn: what is left is the endpoint's own work. */
async function servedOf(chain, provider) {
  const atOnce = () => Promise.resolve(new Response('{}'))
  const side = await opened(chain, provider, { amount: 20n * OG, fetch: atOnce })
  const ways = { plain: atOnce, ours: side.endpoint.fetch }
  const taken = { plain: [], ours: [] }
  for (let warm = 0; warm < 50; warm++) for (const send of Object.values(ways)) await timed(side, send)
  side.proxy.reset()
  for (let run = 0; run < REQUESTS; run++)
    for (const [name, send] of Object.entries(ways)) taken[name].push((await timed(side, send)).ms)
  const [plain, ours] = [median(taken.plain), median(taken.ours)]
  const { requests } = side.proxy.counts
  await side.close()
  return { plain, ours, overhead: ours - plain, requests }
}

/** One wallet with exactly what the provider keeps in reserve. */
async function rejectedOf(chain, provider, run) {
  const side = await opened(chain, provider, { amount: OG })
  await chain.nextBlock()
  await sleep((1_000 / REJECTIONS) * run)
  const before = await chain.block()
  const { ms, status } = await timed(side, side.endpoint.fetch)
  const { answered } = side.endpoint.counts()
  if (status !== 200 || answered !== 1) throw new Error('The rejected request was not answered.')
  const blocks = (await chain.block()) - before
  await side.close()
  return { seconds: ms / 1_000, blocks }
}

async function timed({ endpoint: { baseURL } }, send) {
  const start = performance.now()
  const response = await send(`${baseURL}/chat/completions`, { method: 'POST', body })
  await response.text()
  return { ms: performance.now() - start, status: response.status }
}

async function opened(chain, provider, { amount, fetch = globalThis.fetch }) {
  const wallet = await chain.wallet({ deposit: 50n * OG, providers: [provider], amount })
  await chain.rhythm()
  const proxy = await startCountingProxy(chain.url)
  const signer = new Wallet(wallet.privateKey, new JsonRpcProvider(proxy.url))
  const broker = await createBroker({ signer, network: chain.network, journal: memoryJournal() })
  const endpoint = await broker.inference.endpoint(provider.address, { maxTopUp: '5', fetch })
  return {
    proxy,
    endpoint,
    async close() {
      await broker.close()
      signer.provider.destroy()
      proxy.stop()
    },
  }
}
