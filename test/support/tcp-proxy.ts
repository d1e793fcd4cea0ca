import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/**
 * `pass`; `cut-requests`: connections break before the server gets what is sent; `cut-answers`: once it has, before its answer comes back;
 * `swallow-answers`: the answer never comes back, and the connection stays. `no-sockets`: connections that ask for a WebSocket break, those of
 * HTTP do not.
 */
export type TcpFault = 'pass' | 'cut-requests' | 'cut-answers' | 'swallow-answers' | 'no-sockets'

/** A proxy before a TCP server, whose connections break when the test says so. */
export type TcpProxy = {
  readonly port: number
  /** From now on; connections that a fault has broken or swallowed end. */
  set(fault: TcpFault): void
  /** Breaks every connection that is open. */
  cut(): void
  /** Resolves once a fault has met data. */
  met(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export async function startTcpProxy(target: number): Promise<TcpProxy> {
  let fault: TcpFault = 'pass'
  let onMet = (): void => undefined
  let met = Promise.resolve()
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    const end = (): void => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', end)
      socket.on('close', () => {
        sockets.delete(socket)
        end()
      })
    }
    client.on('data', (chunk) => {
      if (fault === 'cut-requests') return hit(end)
      if (fault === 'no-sockets' && /upgrade: *websocket/i.test(chunk.toString('latin1'))) return hit(end)
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (fault === 'cut-answers') return hit(end)
      if (fault === 'swallow-answers') return hit()
      client.write(chunk)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    port: (server.address() as AddressInfo).port,
    set(next) {
      if (fault === 'swallow-answers') for (const socket of sockets) socket.destroy()
      fault = next
      met = new Promise((resolve) => (onMet = resolve))
    },
    cut() {
      for (const socket of sockets) socket.destroy()
    },
    met: () => met,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  function hit(then?: () => void): void {
    onMet()
    then?.()
  }
}
