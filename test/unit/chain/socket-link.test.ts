import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { silent } from '../../../src/base/logger.ts'
import { blockListenerOf } from '../../../src/chain/block-listener.ts'
import { createSocketLink } from '../../../src/chain/socket-link.ts'
import { socketOf } from '../../../src/chain/socket.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const url = 'ws://127.0.0.1:9/'

test('a socket that closes while it subscribes does not count as open', async () => {
  const sockets = network({ subscribes: false })
  const link = createSocketLink({ open: sockets.open, url, isOver: () => false })
  link.expect(1n)
  const stop = link.onBlock(() => undefined)
  await vi.advanceTimersByTimeAsync(1_000)
  const [first] = sockets.all
  first?.opened()
  await vi.advanceTimersByTimeAsync(0)
  expect(first?.methods).toEqual(['eth_chainId', 'eth_subscribe'])
  first?.ended()
  expect(link.isOpen()).toBe(false)
  await vi.advanceTimersByTimeAsync(1_000)
  expect({ isOpen: link.isOpen(), sockets: sockets.all.length }).toEqual({ isOpen: false, sockets: 2 })
  stop()
})

test('a silent socket that is given up, and closes later, leaves one socket', async () => {
  const sockets = network({ subscribes: true })
  const old = sockets.open()
  old.opened()
  const never = () => new Promise(() => undefined)
  const none = () => Promise.resolve()
  const provider = { websocket: old, send: never, destroyed: false, on: none, off: none }
  const socket = socketOf(provider)
  const stop = blockListenerOf(provider as never, silent)?.(() => undefined)
  socket?.giveUp(Date.now() + 1)
  await vi.advanceTimersByTimeAsync(1_000)
  sockets.all[1]?.opened()
  await vi.advanceTimersByTimeAsync(0)
  expect(socket?.link?.isOpen()).toBe(true)
  // The closing handshake with a silent peer takes its time.
  old.ended()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(sockets.all.length).toBe(2)
  expect(await socket?.link?.send('eth_blockNumber', [])).toBe('0x5')
  stop?.()
  expect(sockets.all.map(({ isClosed }) => isClosed)).toEqual([true, true])
})

test('a socket that took the place of another one is closed once its provider is destroyed', async () => {
  const sockets = network({ subscribes: true })
  let isOver = false
  const link = createSocketLink({ open: sockets.open, url, isOver: () => isOver })
  link.expect(1n)
  link.onBlock(() => undefined)
  await vi.advanceTimersByTimeAsync(1_000)
  const [socket] = sockets.all
  socket?.opened()
  await vi.advanceTimersByTimeAsync(0)
  expect(link.isOpen()).toBe(true)
  isOver = true
  socket?.say({ method: 'eth_subscription', params: {} })
  await vi.advanceTimersByTimeAsync(0)
  expect({ isClosed: socket?.isClosed, isOpen: link.isOpen() }).toEqual({ isClosed: true, isOpen: false })
})

/** Sockets that open and end when a test says so, to a node on chain 1. */
function network({ subscribes }: { subscribes: boolean }) {
  const all: HandSocket[] = []
  class Socket extends HandSocket {
    constructor() {
      super(subscribes)
      all.push(this)
    }
  }
  return { all, open: () => new Socket() as HandSocket & WebSocket }
}

class HandSocket extends EventTarget {
  readonly url = url
  readonly methods: string[] = []
  readyState = 0
  isClosed = false
  readonly #subscribes: boolean

  constructor(subscribes: boolean) {
    super()
    this.#subscribes = subscribes
  }

  send(text: string): void {
    if (this.readyState !== 1) throw new Error('WebSocket is not open')
    const { id, method } = JSON.parse(text) as { id: number; method: string }
    this.methods.push(method)
    if (method === 'eth_chainId') this.say({ id, result: '0x1' })
    if (method === 'eth_blockNumber') this.say({ id, result: '0x5' })
    if (method === 'eth_subscribe' && this.#subscribes) this.say({ id, result: '0xaa' })
  }

  say(message: object): void {
    queueMicrotask(() => this.dispatchEvent(Object.assign(new Event('message'), { data: JSON.stringify(message) })))
  }

  opened(): void {
    this.readyState = 1
    this.dispatchEvent(new Event('open'))
  }

  /** The closing handshake takes until `ended`. */
  close(): void {
    this.isClosed = true
    this.readyState = 2
  }

  ended(): void {
    this.readyState = 3
    this.isClosed = true
    this.dispatchEvent(new Event('close'))
  }
}
