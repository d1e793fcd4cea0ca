import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { AnyStateMachine } from 'xstate'
import * as entry from '../../../machines/index.ts'
import { readAssets } from '../../../src/visualizer/assets.ts'
import { layOut } from '../../../src/visualizer/build/layout.ts'

const BUDGET = 60_000

test('the page, with all that it loads, is within its budget', async () => {
  const { files } = await readAssets()
  expect([...files.keys()]).toEqual(expect.arrayContaining(['index.html', 'page.css', 'page.js']))
  const bytes = [...files.values()].reduce((sum, { body }) => sum + gzipSync(body).length, 0)
  expect(bytes).toBeLessThan(BUDGET)
})

test('the page loads nothing from anywhere else, and has no script or style outside of its files', async () => {
  const { files } = await readAssets()
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

const machines = Object.values<unknown>(entry).filter(isMachine)

test.each(machines.map((machine) => [machine.id, machine] as const))(
  'the chart of %s is the one that the package was built with',
  async (_, machine) => {
    const { charts } = await readAssets()
    expect(charts.find(({ id }) => id === machine.id)).toEqual(await layOut(machine))
  },
)

function isMachine(value: unknown): value is AnyStateMachine {
  return typeof value === 'object' && value !== null && 'root' in value && 'config' in value
}
