import { createServer } from 'node:http'

/** The HTTP side of every provider: nothing is unsettled. Counts how often it is asked. */
export async function startProviderEndpoint() {
  let requests = 0
  const server = createServer((_, outgoing) => {
    requests += 1
    outgoing.writeHead(200, { 'content-type': 'application/json' }).end('{"unsettledFee":"0"}')
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    get requests() {
      return requests
    },
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}
