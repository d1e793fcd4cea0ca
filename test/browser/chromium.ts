import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { chromiumPath } from './chromium-path.ts'

const SHOTS = join(import.meta.dirname, '../../test-output')

export type Opened = Page & { shot(name: string): Promise<void> }

/**
 * A browser for the tests of a file. A test fails when the console of one of its pages has an error: breaches of the content
 * security policy show there, too.
 */
export function useBrowser() {
  let browser: Browser
  const contexts: BrowserContext[] = []
  const complaints: string[] = []
  const expected: RegExp[] = []

  beforeAll(async () => {
    const executablePath = chromiumPath()
    if (!executablePath) throw new Error('No Chromium is installed: run "npm run setup:browser" as root.')
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    })
    mkdirSync(SHOTS, { recursive: true })
  })

  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()))
    const unexpected = complaints.splice(0).filter((text) => !expected.some((pattern) => pattern.test(text)))
    expected.length = 0
    expect(unexpected).toEqual([])
  })

  afterAll(() => browser.close())

  return {
    newContext,
    /** @param now fixes the clock of the page, in milliseconds since 1970 */
    async open(url: string, options: BrowserContextOptions = {}, now?: number): Promise<Opened> {
      const page = await (await newContext(options)).newPage()
      if (now !== undefined) await page.clock.setFixedTime(now)
      await page.goto(url)
      await page.locator('.page').waitFor()
      const shot = async (name: string) => void (await page.screenshot({ path: join(SHOTS, `page-${name}.png`) }))
      return Object.assign(page, { shot })
    },
    /** Allows console messages, such as those about a server that is gone or refuses. */
    expectComplaints: (...patterns: RegExp[]) => void expected.push(...patterns),
  }

  /** A profile of the browser: its pages share cookies, storage and locks, and are tabs of one another. */
  async function newContext(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      colorScheme: 'light',
      ...options,
    })
    context.setDefaultTimeout(30_000)
    contexts.push(context)
    context.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
    })
    context.on('weberror', (error) => complaints.push(String(error.error())))
    return context
  }
}

export const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
}

/** By how many pixels the page is wider than the window. */
export const overflowOf = (page: Page): Promise<unknown> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
