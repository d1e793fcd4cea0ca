import { Writable } from 'node:stream'
import type { GuestRequest, GuestResponse } from './guest.ts'

/** A request handler for servers that take a `Request` and give a `Response`: Next.js, Hono, Bun, Deno. */
export type FetchHandler = (request: Request) => Promise<Response>

/**
 * The same handler, with a `Request` and a `Response`. A stream of events stays open until the reader leaves: then the framework
 * cancels the body.
 */
export function fetchHandlerOf(handler: (request: GuestRequest, response: GuestResponse) => void): FetchHandler {
  return (request) =>
    new Promise((resolve) => {
      handler(guestRequestOf(request), new FetchResponse(resolve))
    })
}

function guestRequestOf(request: Request): GuestRequest {
  const { pathname, search, host } = new URL(request.url)
  const chunks: AsyncIterable<unknown> = request.body ?? emptyBody()
  return {
    url: pathname + search,
    method: request.method,
    headers: { host, ...Object.fromEntries(request.headers) },
    [Symbol.asyncIterator]: () => chunks[Symbol.asyncIterator](),
  }
}

async function* emptyBody(): AsyncGenerator<never> {
  // A request to read has none.
}

/** Node's response, as far as the handler uses it: what is written becomes the body of a `Response`, as fast as its reader takes it. */
class FetchResponse extends Writable implements GuestResponse {
  shouldKeepAlive = true
  readonly #headers = new Headers()
  readonly #resolve: (response: Response) => void
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null
  #written: (() => void) | null = null

  constructor(resolve: (response: Response) => void) {
    super({ decodeStrings: true })
    this.#resolve = resolve
  }

  setHeader(name: string, value: string): void {
    this.#headers.set(name, value)
  }

  writeHead(status: number, headers: Readonly<Record<string, string>> = {}): this {
    for (const [name, value] of Object.entries(headers)) this.#headers.set(name, value)
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.#controller = controller),
      pull: () => this.#goOn(),
      cancel: () => void this.destroy(),
    })
    this.#resolve(new Response(body, { status, headers: this.#headers }))
    return this
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#controller?.enqueue(new Uint8Array(chunk))
    if ((this.#controller?.desiredSize ?? 1) > 0) done()
    else this.#written = done
  }

  override _final(done: () => void): void {
    this.#controller?.close()
    this.#controller = null
    done()
  }

  override _destroy(_error: Error | null, done: (error?: Error | null) => void): void {
    this.#controller?.error(new Error('The stream has ended.'))
    this.#controller = null
    done()
  }

  #goOn(): void {
    const done = this.#written
    this.#written = null
    done?.()
  }
}
