// Mounts the page's fetch handler in a server, asks it everything that a page asks, and prints what came.
import process from 'node:process'
import { createSimulatedBroker } from 'og-ledger/testing'
import { createVisualizer } from 'og-ledger/visualizer'

const TOKEN = 'a-token-of-this-test-alone'
const place = { port: 0, hostname: '127.0.0.1' }

/** Each starts a server with a handler, and gives its port. */
const servers = {
  async 'Hono on Node'(fetch) {
    const { serve } = await import('@hono/node-server')
    return new Promise((resolve) => serve({ ...place, fetch }, ({ port }) => resolve(port)))
  },
  Bun: (fetch) => globalThis.Bun.serve({ ...place, fetch }).port,
  Deno: (fetch) => globalThis.Deno.serve({ ...place, onListen: () => undefined }, fetch).addr.port,
}

const [, , name] = process.argv
const sim = await createSimulatedBroker({ broker: { intervalMs: '10s' } })
await sim.broker.ledger.addLedger('10')
const page = await createVisualizer(sim.broker, { port: null, basePath: '/ledger', control: { token: TOKEN } })
const handler = name.startsWith('Hono') ? await honoApp() : page.fetch
const url = `http://127.0.0.1:${await servers[name](handler)}`

const { id, wallet } = await (await fetch(`${url}/ledger/api/hello`)).json()
const answers = {}
for (const path of ['/ledger', '/ledger/', '/ledger/metrics', '/ledger/livez', '/nowhere'])
  answers[path] = (await fetch(url + path, { redirect: 'manual' })).status
const events = await fetch(`${url}/ledger/api/events?after=${id}`)
const { value } = await events.body.getReader().read()
const control = await fetch(`${url}/ledger/api/control`, {
  method: 'POST',
  headers: { 'content-type': 'application/json', 'x-og-ledger-token': TOKEN },
  body: JSON.stringify({ action: 'no such action' }),
})
const printed = {
  isOfWallet: wallet === sim.broker.wallet,
  answers,
  events: [events.headers.get('content-type'), value.length > 0],
  control: [control.status, await control.json()],
}
process.stdout.write(JSON.stringify(printed), () => process.exit(0))

async function honoApp() {
  const { Hono } = await import('hono')
  const app = new Hono()
  app.all('/ledger', ({ req }) => page.fetch(req.raw))
  app.all('/ledger/*', ({ req }) => page.fetch(req.raw))
  return app.fetch
}
