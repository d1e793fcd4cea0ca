import { mkdirSync, writeFileSync } from 'node:fs'
import type { AnyStateMachine } from 'xstate'
import * as entry from '../../../machines/index.ts'
import { layOut } from './layout.ts'
import { bundlePage } from './page.ts'

// What the visualizer serves beside its own code. Runs after tsc, from dist.
const folder = new URL('../assets/', import.meta.url)
mkdirSync(folder, { recursive: true })
const charts = await Promise.all(Object.values<unknown>(entry).filter(isMachine).map(layOut))
writeFileSync(new URL('charts.json', folder), JSON.stringify(charts))
await bundlePage(folder)

function isMachine(value: unknown): value is AnyStateMachine {
  return typeof value === 'object' && value !== null && 'root' in value && 'config' in value
}
