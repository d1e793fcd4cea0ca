import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** Starts a server for the running test, which answers each request by the function. @returns its URL */
export async function serve(answer: (response: ServerResponse) => unknown): Promise<string> {
  const server = createServer((request, response) => void request.resume().on('end', () => answer(response)))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

/** Writes as fast as the client reads, for ever. */
export function writeForEver(response: ServerResponse): void {
  const part = Buffer.alloc(65_536, ' ')
  const write = () => {
    while (!response.destroyed && response.write(part));
  }
  response.on('drain', write)
  write()
}
