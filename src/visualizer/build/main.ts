import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { isMachine } from '../../../machines/edges.ts'
import * as entry from '../../../machines/index.ts'
import { layOut } from './layout.ts'
import { bundlePage } from './page.ts'

// Builds what the visualizer serves: charts and page, as files for sites without a broker, and as the module that it imports. Runs
// after tsc, from dist.
const FILES = ['index.html', 'page.css', 'page.js']
const folder = new URL('../assets/', import.meta.url)
mkdirSync(folder, { recursive: true })
const charts = await Promise.all(Object.values<unknown>(entry).filter(isMachine).map(layOut))
writeFileSync(new URL('charts.json', folder), JSON.stringify(charts))
await bundlePage(folder)

const textOf = (file: URL) => readFileSync(file, 'utf8')
const { version } = JSON.parse(textOf(new URL('../../../../package.json', import.meta.url))) as { version: string }
const files = Object.fromEntries(FILES.map((name) => [name, textOf(new URL(name, folder))]))
const module = Object.entries({ version, charts, files }).map(
  ([name, value]) => `export const ${name} = ${JSON.stringify(value)}\n`,
)
writeFileSync(new URL('../page-files.js', import.meta.url), module.join(''))
