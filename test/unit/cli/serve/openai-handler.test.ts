import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { modelsOf, type ServedEndpoint } from '../../../../src/cli/serve/models.ts'
import { createOpenAiHandler, type OpenAiHandlerOptions } from '../../../../src/cli/serve/openai-handler.ts'
import { until } from '../../../support/until.ts'

const KEY = 'og-key-of-this-server'
const PROVIDER = '0x00000000000000000000000000000000000000Aa'

type Seen = { url: string; headers: IncomingMessage['headers']; body: string }

let seen: Seen[]
let failures: { provider: string; error: unknown }[]
let upstream: Server, server: Server
let url: string
let answerOf: (request: IncomingMessage, response: import('node:http').ServerResponse) => void

beforeEach(async () => {
  seen = []
  failures = []
  answerOf = (_, response) =>
    void response
      .writeHead(200, {
        'content-type': 'application/json',
        'zg-res-key': 'chat-1',
        'set-cookie': 'session=1',
        'x-provider-secret': 'leaks',
      })
      .end('{"id":"1"}')
  upstream = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      seen.push({ url: request.url ?? '', headers: request.headers, body: Buffer.concat(parts).toString() })
      answerOf(request, response)
    })
  })
  const baseURL = `${await listening(upstream)}/v1/proxy`
  await serve([{ provider: PROVIDER, model: 'qwen', baseURL, fetch: signedIn }])
})
afterEach(async () => {
  for (const one of [server, upstream]) {
    one.closeAllConnections()
    await new Promise((resolve) => one.close(resolve))
  }
})

describe('a request to a model', () => {
  test("reaches its provider with the provider's session and none of the client's headers", async () => {
    const response = await post(
      '/v1/chat/completions',
      { model: 'qwen', messages: [] },
      { cookie: 'a=b', 'x-api': 'x' },
    )
    expect([response.status, await response.text()]).toEqual([200, '{"id":"1"}'])
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'zg-res-key': 'chat-1',
    })
    expect([...response.headers.keys()].filter((name) => /cookie|provider/.test(name))).toEqual([])
    const [{ url: path, headers, body }] = seen as [Seen]
    expect([path, body]).toEqual(['/v1/proxy/chat/completions', '{"model":"qwen","messages":[]}'])
    expect(headers).toMatchObject({ authorization: 'Bearer session', 'content-type': 'application/json' })
    expect(headers).not.toHaveProperty('cookie')
    expect(headers).not.toHaveProperty('x-api')
  })

  test("by its provider's address gets the provider's own name in the body", async () => {
    await post('/v1/embeddings', { input: 'a', model: PROVIDER.toLowerCase() })
    expect(seen.map(({ body }) => JSON.parse(body) as unknown)).toEqual([{ input: 'a', model: 'qwen' }])
  })

  test('as a form passes the same bytes on', async () => {
    const form = new FormData()
    form.set('model', 'qwen')
    form.set('file', new Blob([new Uint8Array([1, 2, 3])]), 'a.wav')
    const response = await fetch(`${url}/v1/audio/transcriptions`, { method: 'POST', body: form, headers: bearer() })
    expect(response.status).toBe(200)
    expect(seen[0]?.body).toContain('filename="a.wav"')
    expect(seen[0]?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
  })

  test('streams: the first event arrives before the last one is made', async () => {
    let finish = (): void => undefined
    answerOf = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
      finish = () => void response.end('data: [DONE]\n\n')
    }
    const response = await post('/v1/chat/completions', { model: 'qwen', stream: true })
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader.read()).value).toBe('data: 1\n\n')
    finish()
    expect((await reader.read()).value).toBe('data: [DONE]\n\n')
    expect((await reader.read()).done).toBe(true)
  })

  test('whose client goes away is ended at the provider', async () => {
    let ended = false
    answerOf = (_, response) => {
      response.on('close', () => (ended = true))
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
    }
    const gone = new AbortController()
    const response = await post('/v1/chat/completions', { model: 'qwen' }, {}, gone.signal)
    expect(response.status).toBe(200)
    gone.abort()
    await until(() => ended)
  })

  test.for([400, 402, 429, 500])("gets the provider's own %i", async (status) => {
    answerOf = (_, response) => void response.writeHead(status, { 'retry-after': '7' }).end('{"error":"no"}')
    const response = await post('/v1/chat/completions', { model: 'qwen' })
    expect([response.status, response.headers.get('retry-after'), await response.text()]).toEqual([
      status,
      '7',
      '{"error":"no"}',
    ])
  })
})

describe('models', () => {
  test('are listed', async () => {
    const model = { id: 'qwen', object: 'model', created: 0, owned_by: PROVIDER }
    expect(await (await get('/v1/models')).json()).toEqual({ object: 'list', data: [model] })
    expect(await (await get('/v1/models/qwen')).json()).toEqual(model)
  })
})

test('/livez needs no key', async () => {
  const response = await fetch(`${url}/livez`)
  expect([response.status, await response.json()]).toEqual([200, { status: 'pass' }])
})

describe('what is refused reaches no provider', () => {
  const ask = { method: 'POST', body: '{"model":"qwen"}' }
  test.for<[string, string, RequestInit, number, string]>([
    ['without a key', '/v1/chat/completions', { ...ask, headers: {} }, 401, 'invalid_api_key'],
    [
      'with another key',
      '/v1/models',
      { headers: { authorization: 'Bearer og-key-of-this-serve' } },
      401,
      'invalid_api_key',
    ],
    ['of another site', '/v1/models', { headers: { ...bearer(), origin: 'https://evil.example' } }, 403, 'forbidden'],
    ['of another site to /livez', '/livez', { headers: { 'sec-fetch-site': 'cross-site' } }, 403, 'forbidden'],
    ['of an unknown model', '/v1/chat/completions', { ...ask, body: '{"model":"gpt-4"}' }, 404, 'model_not_found'],
    ['to read an unknown model', '/v1/models/gpt-4', {}, 404, 'model_not_found'],
    ['to read anything else', '/v1/files', {}, 404, 'not_found'],
    ['outside of /v1', '/metrics', {}, 404, 'not_found'],
    ['by another method', '/v1/models/qwen', { method: 'DELETE' }, 405, 'method_not_allowed'],
    ['with a list as body', '/v1/chat/completions', { ...ask, body: '[]' }, 400, 'invalid_body'],
    ['with no JSON', '/v1/chat/completions', { ...ask, body: 'model=qwen' }, 400, 'invalid_body'],
    ['with a number as model', '/v1/chat/completions', { ...ask, body: '{"model":1}' }, 400, 'invalid_body'],
    ['with too much', '/v1/chat/completions', { ...ask, body: 'x'.repeat(2_000) }, 413, 'body_too_large'],
    ['with a way out', '/v1/..%2f..%2fadmin', ask, 404, 'not_found'],
  ])('a request %s', async ([, path, init, status, code]) => {
    const response = await fetch(url + path, { headers: bearer(), ...init })
    expect([response.status, await response.json()]).toEqual([
      status,
      { error: expect.objectContaining({ code, message: expect.any(String) as string }) as object },
    ])
    expect(seen).toEqual([])
  })

  test('a Host that another site points at this machine', async () => {
    const { hostname, port } = new URL(url)
    const status = await new Promise((resolve, reject) => {
      const asked = httpRequest({ hostname, port, path: '/v1/models', headers: { ...bearer(), host: 'evil.example' } })
      asked
        .on('response', (response) => resolve(response.statusCode))
        .on('error', reject)
        .end()
    })
    expect(status).toBe(403)
  })

  test('more requests than may be under way', async () => {
    answerOf = (_, response) => void response.writeHead(200).write('…')
    const first = await post('/v1/chat/completions', { model: 'qwen' })
    await post('/v1/chat/completions', { model: 'qwen' })
    const third = await post('/v1/chat/completions', { model: 'qwen' })
    expect([first.status, third.status, seen.length]).toEqual([200, 503, 2])
  })
})

describe('a provider that fails', () => {
  test('is a 502 without its words, which go to the log', async () => {
    const error = new Error('connect ECONNREFUSED https://user:secret@provider.example')
    await serve([
      {
        provider: PROVIDER,
        model: 'qwen',
        baseURL: 'https://provider.example/v1/proxy',
        fetch: () => Promise.reject(error),
      },
    ])
    const response = await post('/v1/chat/completions', { model: 'qwen' })
    expect(response.status).toBe(502)
    expect(await response.text()).not.toContain('secret')
    expect(failures).toEqual([{ provider: PROVIDER, error }])
  })

  test('by never answering is a 504', async () => {
    answerOf = () => undefined
    const { port } = upstream.address() as AddressInfo
    const baseURL = `http://127.0.0.1:${port}/v1/proxy`
    await serve([{ provider: PROVIDER, model: 'qwen', baseURL, fetch: signedIn }], { timeoutMs: 50 })
    const response = await post('/v1/chat/completions', { model: 'qwen' })
    expect([response.status, await response.json()]).toMatchObject([
      504,
      { error: { code: 'timeout', type: 'server_error' } },
    ])
  })
})

const signedIn: typeof fetch = (input, init) => {
  const headers = new Headers(init?.headers)
  headers.set('authorization', 'Bearer session')
  return fetch(input, { ...init, headers })
}

const bearer = () => ({ authorization: `Bearer ${KEY}` })
const get = (path: string) => fetch(url + path, { headers: bearer() })
const post = (path: string, body: object, headers: Record<string, string> = {}, signal: AbortSignal | null = null) =>
  fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(), ...headers },
    body: JSON.stringify(body),
    signal,
  })

async function serve(endpoints: ServedEndpoint[], more: Partial<OpenAiHandlerOptions> = {}): Promise<void> {
  server?.closeAllConnections()
  server?.close()
  const options = { key: KEY, hosts: [], timeoutMs: 60_000, mostBytes: 1_000, mostRequests: 2 }
  const onFailure = (failure: { provider: string; error: unknown }) => void failures.push(failure)
  server = createServer(createOpenAiHandler({ models: modelsOf(endpoints), ...options, onFailure, ...more }))
  url = await listening(server)
}

async function listening(one: Server): Promise<string> {
  await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(one.address() as AddressInfo).port}`
}
