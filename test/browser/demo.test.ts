import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { decodeRecording } from '../../src/index.ts'
import { start, type Running } from '../e2e/cli/cli-process.ts'
import { overflowOf, PHONE, useBrowser } from './chromium.ts'

const { open, expectComplaints } = useBrowser()

/** The real demo: a chain with the real contracts, and providers that charge at random. */
async function startDemo(...args: string[]): Promise<{ url: string; demo: Running }> {
  const demo = start(['demo', '--ui-port', '0', ...args])
  onTestFinished(async () => {
    demo.interrupt()
    await demo.ended
  })
  const line = await demo.line((one) => one.includes('http://127.0.0.1:'))
  return { url: /http:\S+/.exec(line)?.[0] ?? '', demo }
}

/** The last of the five sub-accounts, which appear once auto-funding has started. */
const allRows = (page: Page) => page.locator('tbody tr').nth(4)

test('a drain turns a sub-account low, its top-up lights up an edge, and both are in the timeline', async () => {
  const { url } = await startDemo()
  const page = await open(url)
  // What is shown for a moment only, and may come before what is waited for first.
  const moments = Promise.all([
    page.locator('.coin', { hasText: /^\+/ }).first().waitFor(),
    page.locator('.verdict', { hasText: /^Refilling \d sub-accounts?( with [\d.]+ OG)?\.$/ }).waitFor(),
  ])
  await page.locator('tbody tr[data-state="low"]').first().waitFor()
  await page.locator('.state-box[data-path="low"].present .badge').waitFor()
  await page.locator('.edge.lit', { hasText: 'too little' }).waitFor()
  await page
    .locator('.timeline li[data-kind="fact"]', {
      hasText: /^\d\d:\d\d:\d\d.*Charged [\d.]+ OG: less than required is left$/,
    })
    .first()
    .waitFor()

  await page.getByRole('tab', { name: 'Auto-funding' }).click()
  await page.locator('.state-box[data-path="toppingUp"].present').waitFor()
  await page.locator('.edge.lit', { hasText: 'top-up decided' }).waitFor()
  await page
    .locator('.timeline li[data-kind="transaction"]', { hasText: /Transfer [\d.]+ OG: mined in block \d+/ })
    .first()
    .waitFor()
  await moments
  expect(await page.locator('tbody tr').count()).toBe(5)
  // Long before there is a forecast there is an estimate.
  await page.locator('.outlook .figure', { hasText: '≈' }).first().waitFor()
  await page.shot('demo-light')
})

test('the page goes back to any moment, and returns to the live state', async () => {
  const { url } = await startDemo()
  const page = await open(url)
  await page.getByRole('button', { name: 'States', exact: true }).click()
  const line = page.locator('.timeline li', { hasText: 'funded → low' }).first()
  await line.waitFor()
  await line.locator('.when').click()
  await page.locator('.page.past').waitFor()

  // The newest line is the chosen one, and its sub-account is low as at that moment.
  const here = page.locator('.timeline li.here')
  const title = await here.locator('.who').innerText()
  const row = page.locator('tbody tr', { hasText: title })
  expect(await row.getAttribute('data-state')).toBe('low')
  const moment = await shownMoment(page)
  expect(moment).toBe(await here.locator('.when').innerText())
  await page.shot('demo-past')

  const slider = page.getByRole('slider', { name: 'Moment that is shown' })
  await slider.focus()
  await slider.press('Home')
  await expect.poll(() => shownMoment(page)).not.toBe(moment)
  await page.getByRole('button', { name: 'Back to live' }).click()
  await page.locator('.page:not(.past)').waitFor()
  await page.locator('.link', { hasText: 'live' }).waitFor()
})

test('a history is exported and opened again', async () => {
  const { url } = await startDemo()
  const page = await open(url)
  await allRows(page).waitFor()
  await page.locator('.timeline li[data-kind="transaction"]').first().waitFor()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export this history' }).click(),
  ])
  expect(download.suggestedFilename()).toMatch(/^og-ledger-0x\w{6}-[\dT-]+\.jsonl$/)
  const file = await download.path()
  expect(decodeRecording(readFileSync(file, 'utf8')).positions.length).toBeGreaterThan(0)

  await page.getByLabel('Recording', { exact: true }).setInputFiles(file)
  await page.locator('.link', { hasText: 'recording' }).waitFor()
  expect(await page.locator('tbody tr').count()).toBe(5)
  await page.getByRole('button', { name: 'Close recording' }).click()
  await page.locator('.link', { hasText: 'live' }).waitFor()

  await page
    .getByLabel('Recording', { exact: true })
    .setInputFiles({ name: 'x.txt', mimeType: 'text/plain', buffer: Buffer.from('<b>no</b>') })
  await page.getByText('x.txt cannot be shown. It is no recording of og-ledger.').waitFor()
})

test('a page reconnects to a restarted server, and loads everything again', async () => {
  const { url, demo } = await startDemo()
  const page = await open(url)
  await page.locator('.link', { hasText: 'live' }).waitFor()
  await allRows(page).waitFor()
  expectComplaints(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET/)
  demo.interrupt()
  await page.locator('.link', { hasText: 'reconnecting' }).waitFor()
  // The last state stays.
  expect(await page.locator('tbody tr').count()).toBe(5)
  await demo.ended
  const before = await page.locator('.reading b').innerText()
  const port = new URL(url).port
  await startDemo('--providers', '3', '--ui-port', port)
  await page.locator('.link', { hasText: 'live' }).waitFor()
  await expect.poll(() => page.locator('tbody tr').count()).toBe(3)
  expect(await page.locator('.reading b').innerText()).not.toBe(before)
})

test('without the token the page only looks, and a wrong one is refused', async () => {
  const { url } = await startDemo('--control')
  const [base = ''] = url.split('#')
  const looking = await open(base)
  await looking.locator('.readonly', { hasText: 'read-only' }).waitFor()
  await looking.locator('tbody tr').first().click()
  await looking.locator('.detail').waitFor()
  expect(await looking.locator('.actions').count()).toBe(0)
  expect(await looking.getByRole('button', { name: 'Close ledger…' }).count()).toBe(0)

  expectComplaints(/403/)
  expect(
    await looking.evaluate(() =>
      fetch('api/control', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"action":"close"}',
      }).then(async (response) => [response.status, await response.json()]),
    ),
  ).toEqual([403, { error: 'The token is missing or wrong.' }])

  const page = await open(`${base}#token=${'wrong'.repeat(6)}`)
  await page.locator('tbody tr').first().click()
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.locator('dialog').getByRole('button', { name: 'Pause' }).click()
  await page.getByRole('alert').filter({ hasText: 'The token is missing or wrong.' }).waitFor()
})

test('with the token auto-funding is paused and resumed, and the token leaves the address bar', async () => {
  const { url } = await startDemo('--control')
  const page = await open(url)
  expect(page.url()).toBe(url.split('#')[0])
  // Found by its name: names arrive a moment later and change the order.
  const row = page.locator('tbody tr', { hasText: 'aurora-70b' })
  await row.click()
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.locator('dialog').getByText('It gets no top-up until it is resumed').waitFor()
  await page.shot('demo-question')
  await page.locator('dialog').getByRole('button', { name: 'Pause' }).click()
  await row.locator('.standing', { hasText: 'paused' }).waitFor()
  await page.getByRole('button', { name: 'Resume' }).click()
  await page.locator('dialog').getByRole('button', { name: 'Resume' }).click()
  await row.locator('.standing:not(:has-text("paused"))').waitFor()
  await page.locator('.notices').getByText('Resume aurora-70b: done').waitFor()
})

test('a click on a state filters the list, by mouse and by keyboard', async () => {
  const { url } = await startDemo()
  const page = await open(url, { colorScheme: 'dark' })
  await page.locator('tbody tr[data-state="funded"]').first().waitFor()
  await page.locator('.state-box[data-path="closed"]').click()
  await page.getByText('None of 5 sub-accounts is like that.').waitFor()
  await page.locator('.state-box[data-path="closed"]').press('Enter')
  await expect.poll(() => page.locator('tbody tr').count()).toBe(5)
  await page.getByRole('searchbox', { name: 'Search sub-accounts' }).fill('fine-tuning')
  await expect.poll(() => page.locator('tbody tr').count()).toBe(1)
  await page.locator('tbody tr button').press('Enter')
  await page.locator('.detail', { hasText: 'What happens next, and why' }).waitFor()
  await page.shot('demo-dark')
  await page.keyboard.press('Escape')
  await expect.poll(() => page.locator('.detail').count()).toBe(0)
})

test('a phone shows everything, and scrolls in one direction', async () => {
  const { url } = await startDemo()
  const page = await open(url, PHONE)
  await page.locator('.timeline li').first().waitFor()
  expect(await overflowOf(page)).toBe(0)
  await page.shot('demo-phone')
  await page.locator('tbody tr').first().tap()
  await page.locator('.detail').waitFor()
  expect(await overflowOf(page)).toBe(0)
  await page.shot('demo-phone-detail')
  await page.getByRole('button', { name: 'Close this pane' }).tap()
  await expect.poll(() => page.locator('.detail').count()).toBe(0)
})

const shownMoment = (page: Page): Promise<string> => page.locator('.shown b').innerText()
