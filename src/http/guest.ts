import type { IncomingHttpHeaders } from 'node:http'
import type { Writable } from 'node:stream'

/** A request as Node, or a framework on it, passes it on: with the path of its mount, and perhaps with its body read. */
export type GuestRequest = AsyncIterable<unknown> & {
  url?: string | undefined
  method?: string | undefined
  headers: IncomingHttpHeaders
  /** Express: the path as the browser asked for it. */
  originalUrl?: string
  /** Express: the path under which the handler is mounted. */
  baseUrl?: string
  body?: unknown
}

/** What is used of Node's `ServerResponse`. */
export type GuestResponse = Writable & {
  shouldKeepAlive: boolean
  setHeader(name: string, value: string): unknown
  writeHead(status: number, headers?: Readonly<Record<string, string>>): { end(body?: string | Buffer): unknown }
}

/**
 * A request handler for `http.createServer`, or for a framework such as Express. Given `next`, it calls that for requests which are not
 * its own, and leaves their response alone; without it, it answers them with 404.
 */
export type Handler = (request: GuestRequest, response: GuestResponse, next?: (error?: unknown) => void) => void
