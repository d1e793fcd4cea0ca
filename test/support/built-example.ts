import { readFile, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { build } from 'vite'

const root = join(import.meta.dirname, '../..')
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }

export type BuiltExample = { url: string; close(): Promise<void> }

/** Builds examples/react-vite with Vite, on the built package as an app has it, and serves what comes of it. */
export async function builtExample(variables: Readonly<Record<string, string>>): Promise<BuiltExample> {
  const folder = await mkdtemp(join(tmpdir(), 'og-ledger-example-'))
  await build({
    root: join(root, 'examples/react-vite'),
    configFile: false,
    logLevel: 'error',
    define: Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [`import.meta.env.${name}`, JSON.stringify(value)]),
    ),
    resolve: {
      alias: [
        { find: /^og-ledger$/, replacement: join(root, 'dist/src/index.js') },
        { find: /^og-ledger\/(\w+)$/, replacement: join(root, 'dist/src/$1/index.js') },
      ],
    },
    build: { outDir: folder, emptyOutDir: true },
  })
  const server = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : (request.url ?? '')
    readFile(join(folder, path)).then(
      (content) => response.setHeader('content-type', TYPES[extname(path)] ?? '').end(content),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rm(folder, { recursive: true, force: true })
    },
  }
}
