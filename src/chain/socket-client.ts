import { systemClock } from '../base/clock.ts'

/** A WebSocket as browsers and the package ws have it. */
export type RawSocket = {
  readonly url?: unknown
  readonly readyState: number
  send(text: string): void
  close(): void
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void
  addEventListener(type: 'message', listener: (message: { data: unknown }) => void): void
}

/** Opens another socket like one that is closed: of the same class, to the same address. */
export type OpenSocket = () => RawSocket

/** A request that waits so long on a socket that says nothing at all finds it dead. */
export const SILENT_MS = 15_000

type Waiting = { resolve: (result: unknown) => void; reject: (error: Error) => void }

/** JSON-RPC over one WebSocket, until it closes. */
export type SocketClient = {
  send(method: string, params: readonly unknown[]): Promise<unknown>
  close(): void
}

export type SocketClientOptions = {
  onOpen: () => void
  /** Called at each message of a subscription. */
  onMessage: () => void
  /** Called once, also where it never opened. */
  onClose: () => void
  closedError: () => Error
}

export function createSocketClient(open: OpenSocket, options: SocketClientOptions): SocketClient {
  const { onOpen, onMessage, onClose, closedError } = options
  const waiting = new Map<number, Waiting>()
  let count = 0
  let isOver = false
  let heardAt = 0
  const socket = open()
  // Without a listener the package ws ends the process where no connection comes about.
  socket.addEventListener('error', end)
  socket.addEventListener('close', end)
  socket.addEventListener('open', onOpen)
  socket.addEventListener('message', ({ data }) => receive(String(data)))

  return {
    send(method, params) {
      if (isOver) return Promise.reject(closedError())
      count += 1
      const id = count
      const started = systemClock.elapsed()
      const cancel = systemClock.after(SILENT_MS, () => heardAt < started && close(), { idle: true })
      const answer = new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
      })
      return answer.finally(cancel)
    },
    close,
  }

  function close(): void {
    socket.close()
    end()
  }

  function receive(text: string): void {
    heardAt = systemClock.elapsed()
    const message = answerIn(text)
    if (!message) return
    const { id } = message
    const one = typeof id === 'number' ? waiting.get(id) : undefined
    if (!one) return onMessage()
    waiting.delete(Number(id))
    try {
      one.resolve(resultOf(message))
    } catch (error) {
      one.reject(error as Error)
    }
  }

  function end(): void {
    if (isOver) return
    isOver = true
    for (const { reject } of waiting.values()) reject(closedError())
    waiting.clear()
    onClose()
  }
}

/** A message of JSON-RPC; null for what is none. */
export function answerIn(text: string): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(text)
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : null
  } catch {
    return null
  }
}

/** The result of an answer. @throws Error with the code and data that the node gave */
export function resultOf({ result, error }: Record<string, unknown>): unknown {
  if (typeof error !== 'object' || error === null) return result
  const { message, ...rest } = error as Record<string, unknown>
  throw Object.assign(new Error(typeof message === 'string' ? message : 'the node refused the request'), rest)
}
