import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** A page in a real browser, as large as on a desk; null where there is no Chromium. */
export async function openPage(url) {
  const executablePath = PLACES.find((path) => existsSync(path))
  if (!executablePath) return null
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.goto(url)
  return Object.assign(page, { [Symbol.asyncDispose]: () => browser.close() })
}

/** Notes when each row of the list was painted in another state, in milliseconds since 1970. */
export async function watchRows(page, rows) {
  await page
    .locator('tbody tr')
    .nth(rows - 1)
    .waitFor()
  await page.evaluate(() => {
    globalThis.painted = []
    const afterPaint = (work) =>
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel()
        port1.addEventListener('message', work)
        port1.start()
        port2.postMessage(null)
      })
    new MutationObserver((changes) => {
      const keys = changes.map(({ target }) => `${target.dataset.key} ${target.dataset.state}`)
      afterPaint(() => {
        const at = performance.timeOrigin + performance.now()
        for (const key of keys) globalThis.painted.push({ key, at })
      })
    }).observe(document.querySelector('tbody'), { subtree: true, attributes: true, attributeFilter: ['data-state'] })
  })
  return () => page.evaluate(() => globalThis.painted)
}
