import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { connectTo } from '../../../../src/cli/session/connection.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

type Answer = { status: number; location?: string }

/** A node of chain 16602 that redirects as the function says, and notes the bodies that it gets. */
async function startNode(redirect: (request: IncomingMessage, body: string) => Answer | null) {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(body)
      const answer = redirect(request, body)
      if (answer) return response.writeHead(answer.status, { location: answer.location ?? '' }).end()
      const { id } = [JSON.parse(body) as { id: number }].flat()[0] ?? { id: 0 }
      return response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ jsonrpc: '2.0', id, result: '0x40da' }))
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, bodies }
}

test.for([301, 302, 307, 308])(
  'a redirect (%d) to another host is refused before a body goes there',
  async (status) => {
    const other = await startNode(() => null)
    const node = await startNode(() => ({ status, location: `${other.url}?key=SECRET` }))
    const { host } = new URL(other.url)
    await expect(connectTo(node.url, 'node')).rejects.toThrow(`it redirects to another host (${host})`)
    expect(other.bodies).toEqual([])
  },
)

test('a node that redirects only the signed transaction gets it, and the other host does not', async () => {
  const other = await startNode(() => null)
  const node = await startNode((_, body) =>
    body.includes('eth_sendRawTransaction') ? { status: 307, location: other.url } : null,
  )
  const provider = await connectTo(node.url, 'node')
  await expect(provider.send('eth_sendRawTransaction', ['0x02'])).rejects.toThrow(/redirects to another host/)
  expect(other.bodies).toEqual([])
  provider.destroy()
})

test('a redirect within the host is followed, and from there none to another host', async () => {
  const other = await startNode(() => null)
  const node = await startNode(({ url }) => {
    if (url === '/') return { status: 308, location: '/v1' }
    return url === '/v1' ? null : { status: 307, location: other.url }
  })
  const provider = await connectTo(node.url, 'node')
  expect(await provider.send('eth_chainId', [])).toBe('0x40da')
  provider.destroy()
  const chained = await startNode(({ url }) =>
    url === '/' ? { status: 307, location: '/v1' } : { status: 307, location: other.url },
  )
  await expect(connectTo(chained.url, 'node')).rejects.toThrow('it redirects to another host')
  expect(other.bodies).toEqual([])
})

test('a node that redirects to itself is left after some times', async () => {
  const node = await startNode(() => ({ status: 307, location: '/' }))
  await expect(connectTo(node.url, 'node')).rejects.toThrow('it redirects again and again')
  expect(node.bodies.length).toBeLessThan(10)
})
