import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import * as alerts from '../../src/alerts/index.ts'
import * as fleet from '../../src/fleet/index.ts'
import * as main from '../../src/index.ts'
import * as machines from '../../machines/index.ts'
import * as metrics from '../../src/metrics/index.ts'
import * as postgres from '../../src/postgres/index.ts'
import * as react from '../../src/react/index.ts'
import * as testing from '../../src/testing/index.ts'
import * as viem from '../../src/viem/index.ts'
import * as visualizer from '../../src/visualizer/index.ts'
import { allPages, root } from '../support/markdown.ts'

const site = join(root, 'docs/.vitepress/dist')
const changedAt = (path: string): number => statSync(join(root, path)).mtimeMs
const sources = ['package.json', 'src/index.ts', 'machines/index.ts', ...allPages().map(({ path }) => path)]
/** A site that was built before a page or an entry changed proves nothing. */
const isBuilt =
  existsSync(join(site, 'index.html')) &&
  Math.max(...sources.map(changedAt)) < changedAt('docs/.vitepress/dist/index.html')
if (!isBuilt)
  console.warn('The site of the documentation is not built as of now, and its test is left out: npm run docs:build.')

/** VitePress itself refuses dead links while it builds. */
describe.runIf(isBuilt)('the site', () => {
  const files = isBuilt ? readdirSync(site, { recursive: true, encoding: 'utf8' }) : []

  test('has a page for every page of docs', () => {
    const pages = allPages().flatMap(({ path }) =>
      path.startsWith('docs/') ? [path.slice(5).replace(/\.md$/, '.html')] : [],
    )
    expect(pages.filter((page) => !files.includes(page))).toEqual([])
  })

  test('has a page for every exported name', () => {
    const pages = new Set(files.flatMap((path) => (/^reference\/.*\/([$\w]+)\.html$/.exec(path) ?? [])[1] ?? []))
    const entries = [main, alerts, fleet, machines, metrics, postgres, react, testing, viem, visualizer]
    const names = entries.flatMap((entry) => Object.keys(entry))
    expect(names.filter((name) => !pages.has(name))).toEqual([])
  })

  test('has llms.txt, and a page that plays a recording', () => {
    expect(readFileSync(join(site, 'llms.txt'), 'utf8')).toContain('/start.md')
    expect(readFileSync(join(site, 'live/index.html'), 'utf8')).toContain('content="recording.jsonl"')
    const [base = ''] = readFileSync(join(site, 'live/recording.jsonl'), 'utf8').split('\n', 1)
    expect(JSON.parse(base)).toMatchObject({ type: 'base', protocol: 1 })
  })
})
