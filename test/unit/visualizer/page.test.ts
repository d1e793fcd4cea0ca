import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('the page never writes HTML', () => {
  const folder = join(import.meta.dirname, '../../../src/visualizer/page')
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name))
  const asMarkup = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment/i
  expect(sources.filter((name) => asMarkup.test(readFileSync(join(folder, name), 'utf8')))).toEqual([])
  expect(sources.length).toBeGreaterThan(20)
})
