import { getBytes, id, verifyMessage } from 'ethers'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

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
  response.writeHead(200)
  more()
}

export type SessionRules = { provider: string; generation: number; nowMs: number }

/**
 * The address of the user that an Authorization header proves, by the rules and texts of the provider broker's session
 * validation, in their order.
 *
 * @throws Error with the provider's text
 */
export function validateSession(header: string | undefined, { provider, generation, nowMs }: SessionRules): string {
  const prefix = 'Bearer app-sk-'
  if (!header?.startsWith(prefix)) throw new Error('missing or invalid Authorization header')
  const encoded = header.slice(prefix.length)
  if (!/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(encoded))
    throw new Error('invalid base64 in Authorization header')
  const decoded = Buffer.from(encoded, 'base64').toString('utf8')
  const bar = decoded.indexOf('|')
  if (bar === -1) throw new Error('invalid Authorization payload, expect base64(rawMessage:signature)')
  const [message, signature] = [decoded.slice(0, bar), decoded.slice(bar + 1)]
  const token = JSON.parse(message) as Record<string, unknown>
  const { expiresAt, timestamp } = token as { expiresAt: number; timestamp: number }
  if (String(token['provider']).toLowerCase() !== provider.toLowerCase())
    throw new Error('session token is for different provider')
  if (token['tokenId'] === 255 && expiresAt === 0) throw new Error('ephemeral token must have an expiration time')
  if (token['tokenId'] === 255 && expiresAt - timestamp > 86_400_000)
    throw new Error('ephemeral token duration cannot exceed 24 hours')
  if (expiresAt > 0 && Math.floor(nowMs / 1_000) > Math.floor(expiresAt / 1_000))
    throw new Error('session token expired')
  if (token['generation'] !== generation) throw new Error('token has been revoked')
  const bytes = getBytes(signature)
  if (bytes.length !== 65) throw new Error('invalid signature length')
  if (bytes[64] !== 27 && bytes[64] !== 28) throw new Error('failed to recover public key from signature')
  const user = String(token['address'])
  if (verifyMessage(getBytes(id(message)), signature).toLowerCase() !== user.toLowerCase())
    throw new Error('signature verification failed: address mismatch')
  return user
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
