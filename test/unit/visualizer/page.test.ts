import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readAssets } from '../../../src/visualizer/assets.ts'

const BUDGET = 60_000

test('the page, with all that it loads, is within its budget', () => {
  const { files } = readAssets()
  expect([...files.keys()]).toEqual(expect.arrayContaining(['index.html', 'page.css', 'page.js']))
  const bytes = [...files.values()].reduce((sum, { body }) => sum + gzipSync(body).length, 0)
  expect(bytes).toBeLessThan(BUDGET)
})

test('the page loads nothing from anywhere else, and has no script or style outside of its files', () => {
  const { files } = readAssets()
  const html = files.get('index.html')?.body.toString() ?? ''
  expect(html).toMatch(/<script [^>]*src="/)
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son\w+=/i)
  for (const [, at] of html.matchAll(/(?:src|href)="([^"]+)"/g)) expect(at).toMatch(/^(\.\/)?[\w.-]+$|^data:/)
  for (const name of ['page.js', 'page.css']) {
    const text = files.get(name)?.body.toString() ?? ''
    const urls = [...text.matchAll(/https?:\/\/[^\s"'`)]+/g)].map(([url]) => url)
    // Names of namespaces, which nothing is loaded from.
    expect(urls.filter((url) => !url.startsWith('http://www.w3.org/'))).toEqual([])
    expect(/\beval\(|new Function\(/.test(text)).toBe(false)
  }
})

test('the page never writes HTML', () => {
  const folder = join(import.meta.dirname, '../../../src/visualizer/page')
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name))
  const asMarkup = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment/i
  expect(sources.filter((name) => asMarkup.test(readFileSync(join(folder, name), 'utf8')))).toEqual([])
  expect(sources.length).toBeGreaterThan(20)
})
