import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { FetchRequest, JsonRpcProvider, Network } from 'ethers'
import { afterEach, expect, test } from 'vitest'
import { decodeByPlatform } from '../../../../src/cli/session/platform-json.ts'

const servers: Server[] = []
afterEach(() => servers.splice(0).forEach((server) => server.close()))

/** A provider of a node that answers each call with these bytes in the place of its result. */
async function providerOf(result: Buffer, status = 200): Promise<JsonRpcProvider> {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { id } = JSON.parse(body) as { id: number }
      response.writeHead(status).end(Buffer.concat([Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":`), result]))
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const request = new FetchRequest(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  decodeByPlatform(request)
  const network = Network.from(1)
  return new JsonRpcProvider(request, network, { staticNetwork: network, batchMaxCount: 1 })
}

test('answers are decoded by the platform, with text of any script, and a byte that is no UTF-8 spoils no answer', async () => {
  const provider = await providerOf(
    Buffer.concat([Buffer.from('["Größe 大 🙂 '), Buffer.from([0xff]), Buffer.from('"]}')]),
  )
  expect(await provider.send('web3_clientVersion', [])).toEqual(['Größe 大 🙂 \ufffd'])
  provider.destroy()
})

test.each([
  ['no JSON', Buffer.from('oops'), 200, /JSON/],
  ['an error of the server', Buffer.from('1}'), 500, /500/],
])('an answer that is %s is refused', async (_, result, status, reason) => {
  const provider = await providerOf(result, status)
  await expect(provider.send('eth_chainId', [])).rejects.toThrow(reason)
  provider.destroy()
})
