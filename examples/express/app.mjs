// An Express app with the page of a ledger behind a path, metrics for Prometheus, and routes of its own. Run by itself:
// `PRIVATE_KEY=0x… PROVIDER=0x… PASSWORD=… node app.mjs`
import { Buffer } from 'node:buffer'
import { createHash, timingSafeEqual } from 'node:crypto'
import process from 'node:process'
import { JsonRpcProvider, Wallet } from 'ethers'
import express from 'express'
import { createBroker, encode, health } from 'og-ledger'
import { createMetrics } from 'og-ledger/metrics'
import { createVisualizer } from 'og-ledger/visualizer'

/**
 * @param {import('og-ledger').Broker} broker
 * @param {{ password: string, hosts?: string[] }} options `hosts`: the names under which the page is reached, beside localhost
 */
export async function createApp(broker, { password, hosts = [] }) {
  const page = await createVisualizer(broker, { port: null, hosts })
  const metrics = createMetrics(broker)
  const app = express()

  // The page has no login of its own.
  app.use('/ledger', onlyWith(password), page.handler)

  // Prometheus comes from inside the network; in front of other visitors it belongs behind a login, too.
  app.get('/metrics', ({ headers: { accept } }, response) => {
    response.set('content-type', metrics.contentTypeOf({ accept })).send(metrics.text({ accept }))
  })
  app.get('/healthz', (_, response) => {
    const { status, ...rest } = health(broker)
    response.status(status === 'fail' ? 503 : 200).json({ status, ...rest })
  })
  app.get('/plan', onlyWith(password), (_, response) => {
    response.type('json').send(encode(broker.latest()))
  })
  return {
    app,
    /** Ends the page's event streams, and what else holds the server open: browsers keep connections in reserve. */
    async close(server) {
      server.close()
      await page.close()
      server.closeAllConnections()
    },
  }
}

/** Basic authentication: put your own login here. */
function onlyWith(password) {
  const expected = digest(`Basic ${Buffer.from(`admin:${password}`).toString('base64')}`)
  return ({ headers: { authorization = '' } }, response, next) => {
    if (timingSafeEqual(digest(authorization), expected)) return next()
    return response.status(401).set('www-authenticate', 'Basic realm="ledger"').end()
  }
}

const digest = (text) => createHash('sha256').update(text).digest()

if (import.meta.filename === process.argv[1]) {
  const { PRIVATE_KEY = '', OG_RPC_URL = 'https://evmrpc.0g.ai', PROVIDER = '', PASSWORD, PORT = '3000' } = process.env
  if (!PASSWORD) throw new Error('PASSWORD is missing: who has it sees the page.')
  const broker = await createBroker({ signer: new Wallet(PRIVATE_KEY, new JsonRpcProvider(OG_RPC_URL)) })
  broker.inference.startAutoFunding(PROVIDER, { maxTopUp: '5', budget: { amount: '20', per: '24h' } })
  const { app, close } = await createApp(broker, { password: PASSWORD })
  const server = app.listen(Number(PORT), '127.0.0.1')
  process.once('SIGTERM', () => void close(server).then(() => broker.close()))
}
