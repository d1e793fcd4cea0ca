import { systemClock } from '../base/clock.ts'
import { ReadError } from '../base/errors.ts'
import { postRequest } from './http-client.ts'
import { quantityOf } from './quantity.ts'
import { createSocketClient, type OpenSocket, type SocketClient } from './socket-client.ts'

const FIRST_RETRY_MS = 250
const LONGEST_RETRY_MS = 30_000
/** A socket that is not open after this is given up. */
const OPENING_MS = 10_000

type Send = (method: string, params: readonly unknown[]) => Promise<unknown>

/**
 * What takes the place of a provider's WebSocket that has closed. Another socket is opened to the same address; until it is open,
 * requests go over HTTP, and blocks are polled.
 */
export type SocketLink = {
  /** @throws ReadError, retryable, where neither a socket nor HTTP answers */
  send: Send
  isOpen(): boolean
  /** Refuses a node of another chain. */
  expect(chainId: bigint): void
  /**
   * Opens a socket, and another one whenever it closes, for as long as there is a listener, which is called at each block and at each
   * change of the socket.
   */
  onBlock(listener: () => void): () => void
}

export type SocketLinkOptions = {
  open: OpenSocket
  /** Where the closed socket led: `ws://…` or `wss://…`. */
  url: string
  /** The caller has destroyed the provider: nothing is opened any more. */
  isOver: () => boolean
}

export function createSocketLink({ open, url, isOver }: SocketLinkOptions): SocketLink {
  const httpUrl = url.replace(/^ws/i, 'http')
  const listeners = new Set<() => void>()
  let expected: bigint | null = null
  /** Whether HTTP at this address leads to the same chain; null until it was tried in this outage. */
  let isSameChain: Promise<boolean> | null = null
  let client: SocketClient | null = null
  let isOpen = false
  let failures = 0
  let cancel = (): void => undefined

  return {
    send: (method, params) => (client && isOpen ? client.send(method, params) : overHttp(method, params)),
    isOpen: () => isOpen,
    expect: (chainId) => void (expected = chainId),
    onBlock(listener) {
      const isFirst = listeners.size === 0
      listeners.add(listener)
      if (isFirst) connectLater()
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) stop()
      }
    },
  }

  function connectLater(): void {
    const delay = Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS)
    cancel = systemClock.after(delay, () => !isOver() && connect(), { idle: true })
  }

  function connect(): void {
    try {
      openOnce()
    } catch {
      // A class may refuse at once, as a browser does by the page's policy.
      closed()
    }
  }

  function openOnce(): void {
    const opening = createSocketClient(open, {
      onOpen: () => void begin(opening).catch(opening.close),
      onMessage: announce,
      onClose: () => client === opening && closed(),
      closedError: outage,
    })
    client = opening
    cancel = systemClock.after(OPENING_MS, opening.close, { idle: true })
  }

  async function begin(opening: SocketClient): Promise<void> {
    const { send } = opening
    await checkChain(send)
    if (client === opening) cancel()
    // A node that takes no subscription is polled.
    await send('eth_subscribe', ['newHeads']).catch(() => undefined)
    // It may have closed meanwhile.
    if (client !== opening) return
    failures = 0
    isOpen = true
    announce()
  }

  function closed(): void {
    const wasOpen = isOpen
    cancel()
    client = null
    isOpen = false
    isSameChain = null
    failures += 1
    if (listeners.size > 0) connectLater()
    if (wasOpen) announce()
  }

  function stop(): void {
    cancel()
    const last = client
    client = null
    isOpen = false
    isSameChain = null
    last?.close()
  }

  function announce(): void {
    if (isOver()) return stop()
    for (const listener of listeners) listener()
  }

  async function overHttp(method: string, params: readonly unknown[]): Promise<unknown> {
    if (isOver()) throw destroyedError()
    isSameChain ??= checkChain(post).then(
      () => true,
      () => false,
    )
    if (await isSameChain) return post(method, params)
    // The next request tries again.
    isSameChain = null
    throw outage()
  }

  async function post(method: string, params: readonly unknown[]): Promise<unknown> {
    const answer = await postRequest(httpUrl, method, params)
    if (answer) return answer.result
    throw outage()
  }

  async function checkChain(send: Send): Promise<void> {
    if (quantityOf(await send('eth_chainId', [])) !== expected && expected !== null) throw outage()
  }
}

export function outage(): ReadError {
  return new ReadError("The provider's socket is closed.", {
    do: 'nothing: another one is being opened; where this stays, check the node',
  })
}

/** No request succeeds any more. */
export function destroyedError(): ReadError {
  return new ReadError(
    "The provider's socket is closed.",
    { do: 'make a new provider and a new broker: ethers does not reconnect' },
    { retryable: false },
  )
}
