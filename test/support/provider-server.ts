import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { validateSession, type SessionRules } from '../../src/local/session.ts'

/** How a provider's server treats a request. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse) => void

export type ProviderServer = {
  readonly url: string
  /** All requests so far. */
  readonly requests: readonly { path: string; headers: IncomingMessage['headers'] }[]
  /** Sets the behaviour for the requests that follow. */
  behave(behaviour: Behaviour): void
  /** Resolves at the next request, after its behaviour ran. */
  asked(): Promise<unknown>
  /** Resolves when the client gives up a request before its answer is complete. */
  abandoned(): Promise<unknown>
  [Symbol.asyncDispose](): Promise<void>
}

export async function startProviderServer(first: Behaviour = hangs): Promise<ProviderServer> {
  const events = new EventTarget()
  const requests: { path: string; headers: IncomingMessage['headers'] }[] = []
  let behaviour = first
  const server = createServer((request, response) => {
    requests.push({ path: request.url ?? '', headers: request.headers })
    response.once('close', () => response.writableFinished || events.dispatchEvent(new Event('abandoned')))
    behaviour(request, response)
    events.dispatchEvent(new Event('asked'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    behave: (next) => void (behaviour = next),
    asked: () => once(events, 'asked'),
    abandoned: () => once(events, 'abandoned'),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

export const hangs: Behaviour = () => undefined

export const breaksOff: Behaviour = (request) => void request.socket.destroy()

export function answers(status: number, body: unknown, headers: Record<string, string> = {}): Behaviour {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return (_, response) => void response.writeHead(status, headers).end(text)
}

/** Sends the head of an answer and one byte of its body, and never ends it. */
export const drips = (status: number, headers: Record<string, string> = {}): Behaviour => {
  return (_, response) => void response.writeHead(status, headers).write('{')
}

/** Sends a body without an end, as long as the client reads. */
export const floods: Behaviour = (_, response) => {
  const chunk = Buffer.alloc(65_536, '1')
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  }
  response.on('drain', more)
  if (!response.headersSent) response.writeHead(200)
  more()
}

/** A correct provider: validates the session token, and answers each user's own unsettled fee. */
export function tellsFees(
  fees: Record<string, bigint>,
  rules: Omit<SessionRules, 'nowMs'> & { nowMs?: number },
): Behaviour {
  return (request, response) => {
    const reply = (status: number, body: object) => answers(status, body)(request, response)
    try {
      const user = validateSession(request.headers.authorization, { nowMs: Date.now(), ...rules })
      const asked = /^\/v1\/user\/([^/]+)\/unsettledfee$/.exec(request.url ?? '')?.[1] ?? ''
      if (asked.toLowerCase() !== user.toLowerCase())
        return reply(403, { error: 'you can only query your own unsettled fee' })
      return reply(200, { userAddress: user, unsettledFee: String(fees[user] ?? 0n) })
    } catch (error) {
      return reply(400, { error: `validate session: ${(error as Error).message}` })
    }
  }
}
