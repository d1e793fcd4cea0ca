import type { EthersProvider } from './ethers.types.ts'
import { isJsonRpc, type JsonRpcSender } from './json-rpc.ts'
import type { ChainReader } from './port.ts'
import { socketOf } from './socket.ts'

/**
 * Subscribes to blocks of a provider with a socket; null for the others, which would poll and keep the process alive. A node that
 * refuses the subscription is polled. The listener is also called when the socket closes, so that a reading fails and the status
 * shows it.
 */
export function blockListenerOf(provider: EthersProvider): ChainReader['onBlock'] {
  const socket = socketOf(provider)
  if (!socket) return null
  return (listener) => {
    const announce = (): void => listener()
    const stopSocket = socket.onClose(announce)
    const stopBlocks = isJsonRpc(provider) ? subscribe(provider, announce) : listen(provider, announce)
    return () => {
      stopSocket()
      stopBlocks()
    }
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
