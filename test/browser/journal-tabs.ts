import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { build } from 'esbuild'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { chromiumPath } from './chromium-path.ts'
import type { PageConfig } from './journal-page.ts'

export type Tabs = {
  /** A person's browser with storage of its own. */
  context(): Promise<BrowserContext>
  /** Opens a tab with `app` of journal-page.ts in it. @param before runs in the page before its code */
  open(context: BrowserContext, before?: string): Promise<Page>
  [Symbol.asyncDispose](): Promise<void>
}

/** A site that serves journal-page.ts, and a browser. */
export async function openTabs(): Promise<Tabs> {
  const files = await bundle()
  const server = createServer(({ url }, response) => {
    const script = files.get(url ?? '')
    response.writeHead(200, { 'content-type': script ? 'text/javascript' : 'text/html' }).end(script ?? HTML)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const browser: Browser = await chromium.launch({
    executablePath: chromiumPath() ?? '',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
  return {
    context: () => browser.newContext(),
    async open(context, before) {
      const page = await context.newPage()
      page.setDefaultTimeout(50_000)
      if (before !== undefined) await page.addInitScript(before)
      await page.goto(`http://127.0.0.1:${port}/`)
      return page
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const HTML =
  '<!doctype html><meta charset="utf-8"><title>Journal</title><link rel="icon" href="data:,"><script type="module" src="/journal-page.js"></script>'

/** The page with the built package, resolved and split as a bundler for browsers does: the text of each file by its path. */
async function bundle(): Promise<Map<string, string>> {
  const { outputFiles } = await build({
    entryPoints: [new URL('journal-page.ts', import.meta.url).pathname],
    bundle: true,
    splitting: true,
    outdir: '/',
    format: 'esm',
    platform: 'browser',
    write: false,
    logLevel: 'silent',
  })
  return new Map(outputFiles.map(({ path, text }) => [path, text]))
}

/** The expression that opens the broker of a page. */
export function opening({ network, ...config }: PageConfig): string {
  const encoded = JSON.stringify({ ...config, network }, (_, value: unknown) =>
    typeof value === 'bigint' ? `wei:${value}` : value,
  )
  return `app.open(JSON.parse(${JSON.stringify(encoded)}, (_, value) => /^wei:/.test(value) ? BigInt(value.slice(4)) : value))`
}
