import { Agent, request } from 'node:http'

export type Rpc = (method: string, ...params: unknown[]) => Promise<unknown>

/** An error of the node, with revert data where it has any. */
export class RpcError extends Error {
  readonly data: string | undefined
  constructor(message: string, data?: string) {
    super(message)
    this.data = data
  }
}

/** JSON-RPC over one connection without ethers: a search makes a hundred thousand calls. */
export function createRpc(url: string): Rpc {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const { hostname, port } = new URL(url)
  const options = { agent, hostname, port, method: 'POST', headers: { 'content-type': 'application/json' } }
  let id = 0

  return async (method, ...params) => {
    const text = await post(JSON.stringify({ jsonrpc: '2.0', id: (id += 1), method, params }))
    const { result, error } = JSON.parse(text) as { result?: unknown; error?: { message: string; data?: string } }
    if (error) throw new RpcError(`${method}: ${error.message}`, error.data)
    return result
  }

  function post(body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const sent = request(options, (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('end', () => resolve(Buffer.concat(parts).toString()))
        response.on('error', reject)
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }
}
