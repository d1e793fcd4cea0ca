import { request, type IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import { applyPatch } from '../../src/visualizer/patch.ts'
import type { Entry, Hello, ServerEvents, State } from '../../src/visualizer/protocol.ts'
import { until } from './until.ts'

export type Answer = { status: number; headers: IncomingHttpHeaders; body: string }
export type Asked = {
  method?: string
  headers?: Record<string, string>
  body?: string
  /** Instead of the URL's own, and as it is. */
  path?: string
}

/** One request, with whatever headers a test wants, also those that fetch does not let one set. */
export function ask(url: URL | string, { body, ...asked }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(url, { ...asked, agent: false }, (response) => {
      const { statusCode: status = 0, headers } = response
      void text(response).then((body) => resolve({ status, headers, body }), reject)
    })
      .on('error', reject)
      .end(body)
  })
}

export async function hello(url: string): Promise<Hello> {
  const { body } = await ask(new URL('api/hello', url))
  return JSON.parse(body) as Hello
}

/** A page without a face: says hello, and follows what comes. */
export type Visitor = {
  /** All entries in order, those of the history first. */
  entries: Entry[]
  ids: string[]
  resets: ServerEvents['reset'][]
  state(): State
  /** Waits for an entry like that, and gives it. */
  seen<Kind extends Entry['kind']>(kind: Kind, like?: Partial<Extract<Entry, { kind: Kind }>>): Promise<Entry>
  leave(): void
}

export async function visit(url: string): Promise<Visitor> {
  const { base, history, id } = await hello(url)
  const visitor = await listen(url, { after: id })
  visitor.entries.unshift(...history)
  return { ...visitor, state: () => visitor.entries.reduce((state, { patch }) => applyPatch(state, patch), base) }
}

/** Follows the events after one; a browser that comes back names the last that it had in a header. */
export async function listen(
  url: string,
  { after = '', lastEventId, headers }: { after?: string; lastEventId?: string; headers?: Record<string, string> },
): Promise<Omit<Visitor, 'state'>> {
  const entries: Entry[] = []
  const ids: string[] = []
  const resets: ServerEvents['reset'][] = []
  const events = new URL(`api/events?after=${after}`, url)
  const leave = await new Promise<() => void>((resolve, reject) => {
    const all = { ...headers, ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) }
    const asking = request(events, { headers: all, agent: false }, (response) => {
      let rest = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        const blocks = (rest + chunk).split('\n\n')
        rest = blocks.pop() ?? ''
        for (const block of blocks) hear(block)
      })
      response.on('error', () => undefined)
      resolve(() => asking.destroy())
    })
    asking.on('error', reject).end()
  })
  return {
    entries,
    ids,
    resets,
    leave,
    async seen(kind, like = {}) {
      const fits = (entry: Entry) =>
        entry.kind === kind &&
        Object.entries(like).every(([key, value]) => Object.entries(entry).some(([k, v]) => k === key && v === value))
      await until(() => entries.some(fits))
      const found = entries.find(fits)
      if (!found) throw new Error('gone')
      return found
    },
  }

  function hear(block: string): void {
    const fields = new Map(
      block.split('\n').map((line) => [line.split(': ', 1)[0], line.slice(line.indexOf(': ') + 2)]),
    )
    const data: unknown = JSON.parse(fields.get('data') ?? 'null')
    if (fields.get('event') === 'entry') {
      entries.push(data as Entry)
      ids.push(fields.get('id') ?? '')
    }
    if (fields.get('event') === 'reset') resets.push(data as ServerEvents['reset'])
  }
}
