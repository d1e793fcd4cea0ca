import type { GuestResponse } from '../http/guest.ts'
import type { History, Line } from './history.ts'
import type { ServerEvents } from './protocol.ts'

const MOST_CLIENTS = 100
/** A client with more unsent bytes than this does not read, and is disconnected; it may come back. */
const MOST_UNSENT = 2 ** 20
/** A client that missed more bytes than this loads everything anew, which is faster. */
const MOST_MISSED = 2 ** 20

/** nginx and others buffer an answer unless it forbids that; a transformed one may be held back as well. */
const EVENT_STREAM = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
}

export type Clients = {
  size(): number
  isFull(): boolean
  /** Sends a client everything after the entry `id`, and from then on every new entry. */
  connect(response: GuestResponse, id: string): void
  /** Sends an entry to all clients. The entries of one turn go out together. */
  push(line: Line): void
  /** Sends a heartbeat to all clients. */
  beat(): void
  close(): void
}

/** The pages that listen: one server-sent event stream each. */
export function createClients(history: History, instance: string): Clients {
  const clients = new Set<GuestResponse>()
  let unsent = ''

  return {
    size: () => clients.size,
    isFull: () => clients.size >= MOST_CLIENTS,
    connect(response, id) {
      flush()
      response.writeHead(200, EVENT_STREAM)
      const missed = missedSince(id)
      if (typeof missed === 'string') {
        response.end(eventOf('reset', { reason: missed }))
        return
      }
      // A browser counts as connected only once it has received something.
      response.write(`retry: 1000\n\n${missed.map(textOf).join('')}`)
      clients.add(response)
      response.on('close', () => clients.delete(response))
    },
    push(line) {
      if (clients.size === 0) return
      if (unsent === '') queueMicrotask(flush)
      unsent += textOf(line)
    },
    beat() {
      send(eventOf('beat', { at: Date.now() }))
    },
    close() {
      for (const client of clients) client.end()
      clients.clear()
    },
  }

  function missedSince(id: string): readonly Line[] | ServerEvents['reset']['reason'] {
    const [, from, seq] = /^(\w+)\.(\d{1,15})$/.exec(id) ?? []
    if (from !== instance) return 'restarted'
    const missed = history.since(Number(seq))
    const size = missed?.reduce((sum, { json }) => sum + json.length, 0) ?? Infinity
    return missed && size <= MOST_MISSED ? missed : 'too-old'
  }

  function flush(): void {
    const text = unsent
    unsent = ''
    if (text !== '') send(text)
  }

  function send(text: string): void {
    for (const client of clients) {
      if (client.writableLength > MOST_UNSENT) client.destroy()
      else client.write(text)
    }
  }

  function textOf({ seq, json }: Line): string {
    return `event: entry\nid: ${instance}.${seq}\ndata: ${json}\n\n`
  }
}

function eventOf<Name extends keyof ServerEvents>(name: Name, data: ServerEvents[Name]): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}
