import type { Asset } from './assets.ts'
import type { Clients } from './clients.ts'
import { controlRequestIn } from './control-request.ts'
import { createGreetings } from './greetings.ts'
import { HEADERS, isToken, refusalOf } from '../http/guard.ts'
import type { GuestRequest, GuestResponse, Handler } from '../http/guest.ts'
import { answerProbe, isProbePath, type Probes } from '../http/probes.ts'
import type { ClosingPlanState, ControlRequest, ControlResponse } from './protocol.ts'
import { safeMessageOf } from './safe-message.ts'

export type HandlerOptions = {
  files: ReadonlyMap<string, Asset>
  clients: Clients
  /** A `Hello` in parts: a long one is never one string. */
  hello: () => Iterable<string>
  control: HandlerControl | null
  basePath: string
  hosts: readonly string[]
  /** What a monitoring system asks for. */
  probes: Probes
}

export type HandlerControl = {
  token: string
  use: (request: ControlRequest) => string | null
  /** Makes the broker read. */
  closingPlan: () => Promise<ClosingPlanState>
}

const API: ReadonlySet<string> = new Set(['api/control', 'api/hello', 'api/events', 'api/closing-plan'])

/** In bytes; the longest valid request takes a twentieth of it. */
const LONGEST_BODY = 4_096
const HOSTS = "createVisualizer's option hosts"

export function createHandler({ files, clients, hello, control, basePath, hosts, probes }: HandlerOptions): Handler {
  const greetings = createGreetings()
  return (request, response, next) => {
    const { pathname, query, base } = placeOf(request, basePath)
    // A framework may want a slash at the end of each address, or at none.
    const path = pathname.startsWith(`${base}/`) ? pathname.slice(base.length + 1).replace(/(?<=.)\/$/, '') : null
    if (next && pathname !== base && !isOwn(path)) return next()
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
    const refusal = refusalOf(request, {
      hosts,
      option: HOSTS,
      isPage: !isProbePath(path) && (path === null || !path.startsWith('api/')),
    })
    if (refusal !== null) return refuse(response, 403, refusal)
    if (path === 'api/control') return void answerControl(request, response)
    if (isProbePath(path)) return answerProbe(path, { probes, request, response })
    if (request.method !== 'GET') return refuse(response, 405, 'This can only be read.')
    if (path === 'api/closing-plan') return void answerClosingPlan(request, response)
    if (path === 'api/hello') {
      if (greetings.isFull()) return refuse(response, 503, 'Too many pages are being loaded.')
      return greetings.send(response, hello())
    }
    if (path === 'api/events') {
      if (clients.isFull()) return refuse(response, 503, 'Too many pages are open.')
      const last = request.headers['last-event-id'] ?? new URLSearchParams(query).get('after') ?? ''
      return clients.connect(response, String(last))
    }
    const file = pathname === base ? slashless(base) : files.get(path === '' ? 'index.html' : (path ?? ''))
    if (!file) return refuse(response, 404, 'There is no such page.')
    response.writeHead(200, { 'content-type': file.type, 'cache-control': 'no-cache' }).end(file.body)
  }

  /** The page for an address without a slash at its end: what it loads lies below. No redirect: Next takes the slash off again. */
  function slashless(base: string): Asset | undefined {
    const page = files.get('index.html')
    const folder = base.slice(base.lastIndexOf('/') + 1).replace(/[^\w.~%-]/g, encodeURIComponent)
    return (
      page && {
        ...page,
        body: Buffer.from(page.body.toString().replace(/(?<= (?:href|src)=")(?=page\.)/g, `./${folder}/`)),
      }
    )
  }

  function isOwn(path: string | null): boolean {
    return path !== null && (API.has(path) || isProbePath(path) || files.has(path === '' ? 'index.html' : path))
  }

  async function answerClosingPlan(request: GuestRequest, response: GuestResponse): Promise<void> {
    if (!control || !isToken(request.headers['x-og-ledger-token'], control.token))
      return refuse(response, 403, 'The token is missing or wrong.')
    try {
      answer(response, 200, await control.closingPlan())
    } catch (error) {
      refuse(response, 409, safeMessageOf(error))
    }
  }

  async function answerControl(request: GuestRequest, response: GuestResponse): Promise<void> {
    if (request.method !== 'POST') return refuse(response, 405, 'This can only be posted to.')
    if (!control) return refuse(response, 403, 'This page only looks: it was started without control.')
    if (!isToken(request.headers['x-og-ledger-token'], control.token))
      return refuse(response, 403, 'The token is missing or wrong.')
    const body = await bodyOf(request).catch(() => null)
    const action = body === null ? null : controlRequestIn(body)
    if (!action) return refuse(response, 400, 'The body is no control request.')
    const reason = control.use(action)
    if (reason !== null) return refuse(response, 409, reason)
    answer(response, 202, { accepted: true })
  }
}

/**
 * Where a request leads: its path as the browser asked for it, and the path under which the page lies. A framework takes the path of
 * its mount off `url`; `basePath` may name that mount, or a path below it.
 */
function placeOf({ url = '/', originalUrl = url, baseUrl = '' }: GuestRequest, basePath: string) {
  // The request line may hold anything, also what is no URL.
  const [pathname = '', query = ''] = originalUrl.split('?', 2)
  const base = basePath === baseUrl || basePath.startsWith(`${baseUrl}/`) ? basePath : baseUrl + basePath
  return { pathname, query, base }
}

function refuse(response: GuestResponse, status: number, error: string): void {
  // The rest of the body is not read.
  response.shouldKeepAlive = false
  answer(response, status, { error })
}

function answer(response: GuestResponse, status: number, body: ControlResponse | ClosingPlanState): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}

async function bodyOf(request: GuestRequest): Promise<string | null> {
  // A framework's parser may have read it before.
  if (typeof request.body === 'object' && request.body !== null) return JSON.stringify(request.body)
  if (typeof request.body === 'string') return request.body
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of request as AsyncIterable<Uint8Array>) {
    size += part.length
    if (size > LONGEST_BODY) return null
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
