import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { Chart } from './protocol.ts'

export type Asset = { type: string; body: Buffer }

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

/** The page's files by name, and the charts. The package's build makes both. */
export function readAssets(): { files: ReadonlyMap<string, Asset>; charts: readonly Chart[] } {
  const folder = builtFolder()
  const names = readdirSync(folder).filter((name) => typeOf(name) !== undefined)
  return {
    files: new Map(
      names.map((name) => [name, { type: typeOf(name) ?? '', body: readFileSync(new URL(name, folder)) }]),
    ),
    charts: JSON.parse(readFileSync(new URL('charts.json', folder), 'utf8')) as Chart[],
  }
}

const typeOf = (name: string): string | undefined => TYPES[name.split('.').at(-1) ?? '']

/** Found by the package's name: this code may run from a chunk, or from its source. */
function builtFolder(): URL {
  const manifest = createRequire(import.meta.url).resolve('og-ledger/package.json')
  return new URL('dist/src/visualizer/assets/', pathToFileURL(manifest))
}
