import { systemClock } from '../base/clock.ts'
import { createSocketLink, destroyedError, outage, type SocketLink } from './socket-link.ts'
import { socketName } from './socket-name.ts'
import { SILENT_MS, type OpenSocket, type RawSocket } from './socket-client.ts'

/** The socket of a provider without HTTP. */
export type ProviderSocket = {
  isClosed(): boolean
  /** Calls back once the socket closes. @returns the unsubscribe function */
  onClose(listener: () => void): () => void
  /** Takes its place once it has closed; null for a socket that cannot be opened anew, such as one of IPC. */
  link: SocketLink | null
  /** The caller has destroyed the provider. */
  isDestroyed(): boolean
  /** Counts as closed from now on, if nothing was heard since then: it is dead without having said so. */
  giveUp(since: number): void
}

/** A WebSocket or an IPC socket, as far as this module uses them. */
type Socket = {
  readyState?: unknown
  destroyed?: unknown
  addEventListener?: (type: 'close' | 'error' | 'message', listener: () => void) => void
  once?: (type: 'close', listener: () => void) => void
  close?: () => void
}

const CLOSING = 2

/** One for each provider: all of its brokers share the socket. */
const sockets = new WeakMap<object, ProviderSocket>()

/** The socket of a provider; null for a provider that polls by HTTP. */
export function socketOf(provider: object): ProviderSocket | null {
  const known = sockets.get(provider)
  if (known) return known
  const name = socketName(provider)
  if (name === undefined) return null
  const socket = createProviderSocket(provider, name)
  sockets.set(provider, socket)
  return socket
}

function createProviderSocket(provider: object, name: string): ProviderSocket {
  const listeners = new Set<() => void>()
  let isDead = false
  let heardAt = 0
  // One listener for all requests: sockets warn of more than ten.
  const socket = read()
  if (socket?.addEventListener) {
    socket.addEventListener('close', announce)
    socket.addEventListener('message', () => (heardAt = systemClock.elapsed()))
    // Without a listener the package ws ends the process.
    socket.addEventListener('error', () => undefined)
  } else socket?.once?.('close', announce)
  const isDestroyed = (): boolean => Reflect.get(provider, 'destroyed') === true

  return {
    isClosed() {
      const current = read()
      if (!current || isDead) return true
      return current.destroyed === true || (typeof current.readyState === 'number' && current.readyState >= CLOSING)
    },
    onClose(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    link: socket && linkOf(socket, isDestroyed),
    isDestroyed,
    giveUp(since) {
      if (isDead || heardAt >= since) return
      isDead = true
      socket?.close?.()
      announce()
    },
  }

  function announce(): void {
    for (const listener of listeners) listener()
  }

  /** ethers throws for the socket of a destroyed provider. */
  function read(): Socket | null {
    try {
      const current: unknown = Reflect.get(provider, name)
      return typeof current === 'object' && current !== null ? current : null
    } catch {
      return null
    }
  }
}

/** Another socket is one of the same class, to the same address. */
function linkOf(socket: Socket, isOver: () => boolean): SocketLink | null {
  const { url } = socket as RawSocket
  if (typeof url !== 'string' || !/^wss?:/i.test(url)) return null
  const open: OpenSocket = () => Reflect.construct(socket.constructor, [url]) as RawSocket
  return createSocketLink({ open, url, isOver })
}

/**
 * Runs a request, and rejects as soon as the provider's socket is closed: ethers neither reconnects nor rejects what waits for an
 * answer.
 *
 * @param instead runs it by the link that takes the place of a closed socket
 */
export async function onOpenSocket<T>(
  socket: ProviderSocket | null,
  request: () => Promise<T>,
  instead?: (link: SocketLink) => Promise<T>,
): Promise<T> {
  if (!socket) return request()
  if (socket.isClosed()) {
    if (!socket.link || !instead || socket.isDestroyed()) throw destroyedError()
    return instead(socket.link)
  }
  const started = systemClock.elapsed()
  let stop = (): void => undefined
  const closed = new Promise<never>((_, reject) => {
    stop = socket.onClose(() => reject(socket.link && !socket.isDestroyed() ? outage() : destroyedError()))
  })
  const cancel = socket.link
    ? systemClock.after(SILENT_MS, () => socket.giveUp(started), { idle: true })
    : () => undefined
  try {
    return await Promise.race([request(), closed])
  } finally {
    cancel()
    stop()
  }
}
