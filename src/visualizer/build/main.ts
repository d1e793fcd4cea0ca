import { mkdirSync, writeFileSync } from 'node:fs'
import { isMachine } from '../../../machines/edges.ts'
import * as entry from '../../../machines/index.ts'
import { layOut } from './layout.ts'
import { bundlePage } from './page.ts'

// Builds the files that the visualizer serves: charts and page. Runs after tsc, from dist.
const folder = new URL('../assets/', import.meta.url)
mkdirSync(folder, { recursive: true })
const charts = await Promise.all(Object.values<unknown>(entry).filter(isMachine).map(layOut))
writeFileSync(new URL('charts.json', folder), JSON.stringify(charts))
await bundlePage(folder)
