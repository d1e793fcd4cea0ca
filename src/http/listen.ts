import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { InvalidInputError } from '../base/errors.ts'

export type Server = { url: string; close(): Promise<void> }

/** A request handler of a server of its own. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void

/** `name` is what the error calls the server. */
export type ListenOptions = { name: string; port: number; host: string }

/** Listens on a port without keeping the process alive. */
export async function listen(handler: NodeHandler, { name, port, host }: ListenOptions): Promise<Server> {
  const server = createServer((request, response) => handler(request, response))
  server.on('connection', (socket) => void socket.unref())
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new InvalidInputError(
          `${name} cannot listen there.`,
          { host, port: String(port), reason: error.code },
          { cause: error },
        ),
      ),
    )
    server.listen(port, host, resolve)
  })
  server.unref()
  const { address, family, port: taken } = server.address() as AddressInfo
  const isAny = address === '0.0.0.0' || address === '::'
  const shown = isAny ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address
  return {
    url: `http://${shown}:${taken}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
