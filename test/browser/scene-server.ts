import { readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Entry } from '../../src/visualizer/protocol.ts'
import { HEADERS } from '../../src/http/guard.ts'
import type { Scene } from './scenes.ts'

const ASSETS = new URL('../../dist/src/visualizer/assets/', import.meta.url)
const TYPES: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript', css: 'text/css' }

export type SceneServer = {
  url: string
  /** Sends entries to all open pages. */
  send(entries: readonly Entry[]): void
  /** Ends all connections, and refuses new ones: as a process that was killed. */
  die(): void
  close(): Promise<void>
}

/** Serves a scene with the built page, under the headers of the visualizer. */
export async function openSceneServer(scene: Scene): Promise<SceneServer> {
  const pages = new Set<ServerResponse>()
  let isDead = false
  const server = createServer((request, response) => {
    if (isDead) return void request.socket.destroy()
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname === '/api/hello') return void response.end(JSON.stringify(scene.hello))
    if (pathname === '/api/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      pages.add(response)
      return
    }
    const name = pathname === '/' ? 'index.html' : pathname.slice(1)
    if (!/^page\.(js|css)$|^index\.html$/.test(name)) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': TYPES[name.split('.')[1] ?? ''] ?? '' })
    response.end(readFileSync(new URL(name, ASSETS)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    send(entries) {
      for (const page of pages)
        for (const entry of entries)
          page.write(`event: entry\nid: scene.${entry.seq}\ndata: ${JSON.stringify(entry)}\n\n`)
    },
    die() {
      isDead = true
      server.closeAllConnections()
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
