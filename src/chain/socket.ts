import { ReadError } from '../base/errors.ts'

/** The socket of a provider without HTTP. */
export type ProviderSocket = {
  isClosed(): boolean
  /** Calls back once the socket closes. @returns the unsubscribe function */
  onClose(listener: () => void): () => void
}

/** A WebSocket or an IPC socket, as far as this module uses them. */
type Socket = {
  readyState?: unknown
  destroyed?: unknown
  addEventListener?: (type: 'close', listener: () => void) => void
  once?: (type: 'close', listener: () => void) => void
}

const CLOSING = 2

/** The socket of a provider; null for a provider that polls by HTTP. */
export function socketOf(provider: object): ProviderSocket | null {
  const name = ['websocket', 'socket'].find((one) => one in provider)
  if (name === undefined) return null
  const listeners = new Set<() => void>()
  // One listener for all requests: sockets warn of more than ten.
  const socket = read()
  if (socket?.addEventListener) socket.addEventListener('close', announce)
  else socket?.once?.('close', announce)

  return {
    isClosed() {
      const current = read()
      if (!current) return true
      return current.destroyed === true || (typeof current.readyState === 'number' && current.readyState >= CLOSING)
    },
    onClose(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }

  function announce(): void {
    for (const listener of listeners) listener()
  }

  /** ethers throws for the socket of a destroyed provider. */
  function read(): Socket | null {
    try {
      const socket: unknown = Reflect.get(provider, name ?? '')
      return typeof socket === 'object' && socket !== null ? socket : null
    } catch {
      return null
    }
  }
}

/**
 * Runs a request, and rejects as soon as the provider's socket is closed: ethers neither reconnects nor rejects what waits for an
 * answer.
 */
export async function onOpenSocket<T>(socket: ProviderSocket | null, request: () => Promise<T>): Promise<T> {
  if (!socket) return request()
  if (socket.isClosed()) throw closedError()
  let stop = (): void => undefined
  const closed = new Promise<never>((_, reject) => {
    stop = socket.onClose(() => reject(closedError()))
  })
  try {
    return await Promise.race([request(), closed])
  } finally {
    stop()
  }
}

function closedError(): ReadError {
  return new ReadError(
    "The provider's socket is closed.",
    { do: 'make a new provider and a new broker: ethers does not reconnect' },
    { retryable: false },
  )
}
