import type { Logger } from '../base/logger.ts'
import { blockListenerOf, socketStateOf } from './block-listener.ts'
import type { EthersProvider } from './ethers.types.ts'
import type { ChainReader } from './port.ts'
import type { SocketLink } from './socket-link.ts'
import { onOpenSocket, socketOf } from './socket.ts'

/** The socket of a provider, as a connection uses it. */
export type ProviderLink = {
  /** Refuses a node of another chain in its place. */
  expect(chainId: bigint): void
  /** @param instead how to ask once the socket has closed */
  run<T>(request: () => Promise<T>, instead?: (link: SocketLink) => Promise<T>): Promise<T>
  onBlock: ChainReader['onBlock']
  state: ChainReader['socket']
}

export function linkOf(provider: EthersProvider, logger: Logger): ProviderLink {
  const socket = socketOf(provider)
  return {
    expect: (chainId) => socket?.link?.expect(chainId),
    run: (request, instead) => onOpenSocket(socket, request, instead),
    onBlock: blockListenerOf(provider, logger),
    state: socketStateOf(provider),
  }
}
