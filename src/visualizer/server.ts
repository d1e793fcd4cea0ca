import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { InvalidInputError } from '../index.ts'
import type { Handler } from './handler.ts'

export type Server = { url: string; close(): Promise<void> }

/** Listens on a port without keeping the process alive. */
export async function listen(handler: Handler, { port, host }: { port: number; host: string }): Promise<Server> {
  const server = createServer(handler)
  server.on('connection', (socket) => void socket.unref())
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new InvalidInputError(
          'The visualizer cannot listen there.',
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
  const name = isAny ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address
  return {
    url: `http://${name}:${taken}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
