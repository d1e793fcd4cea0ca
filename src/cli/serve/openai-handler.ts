import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isToken, refusalOf } from '../../http/guard.ts'
import type { NodeHandler } from '../../http/listen.ts'
import type { Models, ServedEndpoint } from './models.ts'
import { sendError, type OpenAiError } from './openai-error.ts'
import { readModel } from './requested-model.ts'

export type OpenAiHandlerOptions = {
  models: Models
  /** What clients send as `Authorization: Bearer …`. */
  key: string
  /** Names of this server beside those of the loopback. */
  hosts: readonly string[]
  /** How long a request may take, its funding and its answer's last byte included, in milliseconds. */
  timeoutMs: number
  /** Called with each request that failed before the provider answered. */
  onFailure: (failure: { provider: string; error: unknown }) => void
  /** Bounds, smaller in tests. */
  mostBytes?: number
  mostRequests?: number
}

/** Images and audio in requests fit. */
const MOST_BYTES = 32 * 1_048_576
const MOST_REQUESTS = 64
/** Of a provider's answer only these headers are passed on: ZG-Res-Key names the answer's signature. */
const PASSED_ON = ['content-type', 'retry-after', 'zg-res-key']
/** Such as chat/completions: no way out of the provider's API. */
const ROUTE = /^[\w-]+(\/[\w-]+)*$/
const HOSTS_OPTION = '--allow-host'

/** An OpenAI-compatible server before providers' endpoints: one fixed key, models by name, streams passed through. */
export function createOpenAiHandler(options: OpenAiHandlerOptions): NodeHandler {
  const { models, key, hosts, timeoutMs, onFailure, mostBytes = MOST_BYTES, mostRequests = MOST_REQUESTS } = options
  let requests = 0

  return (request, response) => {
    response.setHeader('x-content-type-options', 'nosniff')
    response.setHeader('cache-control', 'no-store')
    void answer(request, response).catch((error: unknown) => sendError(response, errorOf(error)))
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = refusalOf(request, { hosts, option: HOSTS_OPTION, isPage: false })
    if (refusal !== null) throw failure(403, 'forbidden', refusal)
    const [path = ''] = (request.url ?? '/').split('?', 1)
    if (path === '/livez') return sendJson(response, { status: 'pass' })
    if (!isToken(bearerOf(request), key))
      throw failure(401, 'invalid_api_key', 'The key is missing or wrong: it is the one that og-ledger serve printed.')
    if (!path.startsWith('/v1/')) throw failure(404, 'not_found', 'There is nothing here: requests go to /v1/.')
    const route = path.slice('/v1/'.length)
    if (request.method === 'GET') return sendModels(response, route)
    if (request.method !== 'POST') throw failure(405, 'method_not_allowed', 'This can only be posted to.')
    if (!ROUTE.test(route)) throw failure(404, 'not_found', 'There is no such route.')
    if (requests >= mostRequests) throw failure(503, 'overloaded', `${mostRequests} requests are under way already.`)
    requests += 1
    try {
      await passOn(request, response, route)
    } finally {
      requests -= 1
    }
  }

  function sendModels(response: ServerResponse, route: string): void {
    const all = [...models.names].map(([id, { provider }]) => ({ id, object: 'model', created: 0, owned_by: provider }))
    if (route === 'models') return sendJson(response, { object: 'list', data: all })
    const name = route.startsWith('models/') ? decodePath(route.slice('models/'.length)) : null
    if (name === null) throw failure(404, 'not_found', 'There is nothing here to be read but /v1/models.')
    const found = all.find(({ id }) => id === name)
    if (!found) throw unknownModel(name)
    sendJson(response, found)
  }

  async function passOn(request: IncomingMessage, response: ServerResponse, route: string): Promise<void> {
    const { 'content-type': contentType, accept } = request.headers
    const body = await bodyOf(request, mostBytes)
    const asked = await readModel(body, contentType)
    if (!asked) throw failure(400, 'invalid_body', 'The body is neither a JSON object nor a form.')
    const endpoint = models.find(asked.model)
    if (!endpoint) throw unknownModel(asked.model)
    const ended = new AbortController()
    response.once('close', () => ended.abort())
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(timeoutMs)])
    const answered = await send(endpoint, route, {
      method: 'POST',
      headers: { ...(contentType && { 'content-type': contentType }), ...(accept && { accept }) },
      body: asked.bodyFor(endpoint.model),
      signal,
    })
    response.writeHead(answered.status, headersOf(answered))
    response.flushHeaders()
    if (answered.body) await pipeline(Readable.fromWeb(answered.body as never), response, { signal })
    else response.end()
  }

  async function send(endpoint: ServedEndpoint, route: string, init: RequestInit): Promise<Response> {
    try {
      return await endpoint.fetch(`${endpoint.baseURL}/${route}`, init)
    } catch (error) {
      onFailure({ provider: endpoint.provider, error })
      if (error instanceof Error && error.name === 'TimeoutError')
        throw failure(504, 'timeout', `The provider did not answer within ${timeoutMs / 1_000} s.`)
      throw failure(502, 'provider_failed', 'The provider could not be asked; og-ledger serve said why where it runs.')
    }
  }

  function unknownModel(name: string | undefined): Failure {
    const known = [...models.names.keys()].join(', ')
    const words = name === undefined ? 'The request names no model' : 'No provider here offers this model'
    return failure(404, 'model_not_found', `${words}; there are: ${known}.`)
  }
}

class Failure extends Error {
  readonly answer: OpenAiError
  constructor(answer: OpenAiError) {
    super(answer.message)
    this.answer = answer
  }
}

const failure = (status: number, code: string, message: string): Failure => new Failure({ status, code, message })

function errorOf(error: unknown): OpenAiError {
  if (error instanceof Failure) return error.answer
  return { status: 500, code: 'internal', message: 'The request failed.' }
}

function sendJson(response: ServerResponse, value: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

const bearerOf = ({ headers }: IncomingMessage): string | undefined =>
  /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1]

function headersOf({ headers }: Response): Record<string, string> {
  return Object.fromEntries(PASSED_ON.flatMap((name) => (headers.has(name) ? [[name, headers.get(name) ?? '']] : [])))
}

async function bodyOf(request: IncomingMessage, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length
    if (size > most) throw failure(413, 'body_too_large', `A request may have ${most} bytes at most.`)
    parts.push(part)
  }
  return new Uint8Array(Buffer.concat(parts))
}

function decodePath(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
