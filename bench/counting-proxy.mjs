import { Agent, createServer, request } from 'node:http'
import { buffer } from 'node:stream/consumers'

/** Stands before a JSON-RPC node and counts what one side asks of it. Bodies pass through unchanged. */
export async function startCountingProxy(target) {
  const agent = new Agent({ keepAlive: true })
  let counted = nothing()
  const serve = async (incoming, outgoing) => {
    const question = await buffer(incoming)
    const calls = [JSON.parse(question)].flat()
    const counts = counted
    counts.requests += 1
    for (const { method } of calls) {
      counts.calls += 1
      counts.methods[method] = (counts.methods[method] ?? 0) + 1
    }
    const answer = await post(target, agent, question)
    const broadcasts = new Set(calls.filter(({ method }) => method === 'eth_sendRawTransaction').map(({ id }) => id))
    counts.broadcasts += broadcasts.size
    if (broadcasts.size > 0)
      counts.rejected += [JSON.parse(answer)].flat().filter(({ id, error }) => error && broadcasts.has(id)).length
    outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length }).end(answer)
  }
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch(() => outgoing.destroy())
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** Since the last reset: HTTP requests, JSON-RPC calls (all and by method), broadcasts and refused ones. */
    get counts() {
      return structuredClone(counted)
    },
    reset: () => void (counted = nothing()),
    stop() {
      server.close()
      server.closeAllConnections()
      agent.destroy()
    },
  }
}

function nothing() {
  return { requests: 0, calls: 0, methods: {}, broadcasts: 0, rejected: 0 }
}

function post(url, agent, body) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length }
    request(url, { method: 'POST', agent, headers }, (response) => void buffer(response).then(resolve, reject))
      .on('error', reject)
      .end(body)
  })
}
