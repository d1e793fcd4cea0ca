import type { Logger } from '../base/logger.ts'
import type { EthersProvider } from './ethers.types.ts'
import { isJsonRpc, type JsonRpcSender } from './json-rpc.ts'
import type { ChainReader } from './port.ts'
import { socketOf, type ProviderSocket } from './socket.ts'

/**
 * Subscribes to blocks of a provider with a socket; null for the others, which would poll and keep the process alive. A node that
 * refuses the subscription is polled. Once the socket closes, another one takes its place, and the listener is called so that a reading
 * shows how things stand.
 */
export function blockListenerOf(provider: EthersProvider, logger: Logger): ChainReader['onBlock'] {
  const socket = socketOf(provider)
  if (!socket) return null
  const tell = createTeller(socket, logger)
  return (listener) => {
    let stopLink = (): void => undefined
    const announce = (): void => {
      tell()
      listener()
    }
    const takePlace = (): void => {
      if (socket.link && !socket.isDestroyed()) stopLink = socket.link.onBlock(announce)
    }
    const stopSocket = socket.onClose(() => {
      takePlace()
      announce()
    })
    const isClosed = socket.isClosed()
    if (isClosed) takePlace()
    const stopBlocks = isClosed
      ? () => undefined
      : isJsonRpc(provider)
        ? subscribe(provider, announce)
        : listen(provider, announce)
    return () => {
      stopSocket()
      stopBlocks()
      stopLink()
    }
  }
}

/** Whether blocks are announced by a socket of the provider; null where it has none. */
export function socketStateOf(provider: EthersProvider): ChainReader['socket'] {
  const socket = socketOf(provider)
  return socket && (() => (isUp(socket) ? 'open' : 'closed'))
}

const isUp = (socket: ProviderSocket): boolean => !socket.isClosed() || socket.link?.isOpen() === true

/** Logs each change of the socket once, whatever the number of listeners. */
function createTeller(socket: ProviderSocket, logger: Logger): () => void {
  let wasUp = true
  return () => {
    const now = isUp(socket)
    // What cannot be opened again is a reading that fails, which has its own line.
    if (now === wasUp || !socket.link || socket.isDestroyed()) return
    wasUp = now
    if (now) logger.info({}, "the provider's socket is open again: blocks are announced")
    else logger.warn({}, "the provider's socket is closed: blocks are polled, and another one is being opened")
  }
}

/**
 * Subscribes by JSON-RPC. ethers' own subscription leaves the rejection of a node that refuses it, or of a socket that closes
 * meanwhile, unhandled, which ends the process.
 */
function subscribe(provider: EthersProvider & JsonRpcSender, announce: () => void): () => void {
  const register: unknown = Reflect.get(provider, '_register')
  if (typeof register !== 'function') return listen(provider, announce)
  let isOver = false
  const subscription = provider.send('eth_subscribe', ['newHeads']).then((id) => {
    const subscriber = { _handleMessage: () => (isOver ? undefined : announce()) }
    Reflect.apply(register, provider, [id, subscriber])
    return id
  })
  subscription.catch(() => undefined)
  return () => {
    isOver = true
    subscription.then((id) => provider.send('eth_unsubscribe', [id])).catch(() => undefined)
  }
}

function listen(provider: EthersProvider, announce: () => void): () => void {
  void provider.on('block', announce).catch(() => undefined)
  return () => void provider.off('block', announce).catch(() => undefined)
}
