import { createReadStream, existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { chromium } from 'playwright-core'
import { chromiumPath } from '../../browser/chromium-path.ts'

export type Site = {
  /** Opens a built app in a page and runs it. @returns what it gives, and what the page's console complains of */
  run(bundler: string, config: unknown): Promise<{ shown: unknown; complaints: string[] }>
  close(): Promise<void>
}

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }

/** Serves what bundlers have built into `out/BUNDLER`, each at a host name of its own; null where no Chromium is installed. */
export async function openSite(folder: string): Promise<Site | null> {
  const executablePath = chromiumPath()
  if (executablePath === undefined) return null
  const server = createServer(({ url = '/', headers: { host = '' } }, response) => {
    const { pathname } = new URL(url, 'http://localhost')
    if (pathname === '/favicon.ico') return void response.writeHead(204).end()
    const bundler = host.split('.')[0] ?? ''
    const file = join(folder, 'out', bundler, pathname === '/' ? 'index.html' : pathname)
    if (!existsSync(file)) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' })
    createReadStream(file).pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
  return {
    async run(bundler, config) {
      const page = await browser.newPage()
      page.setDefaultTimeout(300_000)
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(String(error)))
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
      })
      await page.goto(`http://${bundler}.localhost:${port}/`)
      await page.waitForFunction('globalThis.run !== undefined')
      const shown = await page.evaluate(`run(${JSON.stringify(config)})`)
      await page.close()
      return { shown, complaints }
    },
    async close() {
      await browser.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
