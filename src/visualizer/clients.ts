import type { ServerResponse } from 'node:http'
import type { History, Line } from './history.ts'
import type { ServerEvents } from './protocol.ts'

const MOST_CLIENTS = 100
/** Who has so much on its way, and does not take it, is left to come back. In bytes. */
const MOST_UNSENT = 8 * 2 ** 20
/** More than this is faster had anew. In bytes. */
const MOST_MISSED = 2 ** 20

/** The pages that listen. */
export function createClients(history: History, instance: string) {
  const clients = new Set<ServerResponse>()
  let unsent = ''

  return {
    size: (): number => clients.size,
    isFull: (): boolean => clients.size >= MOST_CLIENTS,
    /** Tells one everything after `id`, and from then on everything. */
    connect(response: ServerResponse, id: string): void {
      flush()
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      const missed = missedSince(id)
      if (typeof missed === 'string') {
        response.end(eventOf('reset', { reason: missed }))
        return
      }
      // Something must be sent for the browser to know that it is connected.
      response.write(`retry: 1000\n\n${missed.map(textOf).join('')}`)
      clients.add(response)
      response.on('close', () => clients.delete(response))
    },
    /** Those that are told in one turn go out together. */
    tell(line: Line): void {
      if (clients.size === 0) return
      if (unsent === '') queueMicrotask(flush)
      unsent += textOf(line)
    },
    beat(): void {
      send(eventOf('beat', { at: Date.now() }))
    },
    close(): void {
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

export type Clients = ReturnType<typeof createClients>

function eventOf<Name extends keyof ServerEvents>(name: Name, data: ServerEvents[Name]): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}
