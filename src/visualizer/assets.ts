import type { Chart } from './protocol.ts'

export type Asset = { type: string; body: Buffer }

export type Assets = {
  /** The page's files by name. */
  files: ReadonlyMap<string, Asset>
  charts: readonly Chart[]
  /** The version of the package. */
  version: string
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
}

/**
 * What the page is made of. The package's build writes it as a module, and not as files: a bundler takes a module along, into one file
 * for a function, or into the output that Next traces.
 */
export async function readAssets(): Promise<Assets> {
  const { files, charts, version } = await import('#page-files')
  const assetOf = (name: string, text: string): Asset => ({ type: typeOf(name), body: Buffer.from(text) })
  return {
    files: new Map(Object.entries(files).map(([name, text]) => [name, assetOf(name, text)])),
    charts,
    version,
  }
}

const typeOf = (name: string): string => TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
