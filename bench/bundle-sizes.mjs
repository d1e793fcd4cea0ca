import { builtinModules } from 'node:module'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const PEERS = ['ethers', 'rxjs', 'xstate', 'react', 'viem']
const REFERENCE = '@0gfoundation/0g-compute-ts-sdk'

/**
 * What an entry of the package adds to a page beside its peers, minified, in kB of gzip: the chunks that are loaded with it, and those
 * together with the chunks that it loads later. An entry other than the main one is measured beside the main one. The reference SDK is
 * measured without the polyfills of Node's modules that a page has to add for it.
 */
export async function bundleSizes(entry) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export * from '${fileOf(entry)}'`, resolveDir: fileURLToPath(new URL('..', import.meta.url)) },
    external: entry === REFERENCE ? [...PEERS, ...builtinModules] : PEERS,
    plugins: entry === 'og-ledger' || entry === REFERENCE ? [] : [besideMain],
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    outdir: 'out',
    write: false,
    metafile: true,
    logLevel: 'error',
  })
  const sizes = new Map(outputFiles.map(({ path, contents }) => [nameOf(path), gzipSync(contents).length / 1_000]))
  const chunks = Object.entries(metafile.outputs)
  const [first] = chunks.find(([, { entryPoint }]) => entryPoint !== undefined)
  const loaded = new Set([first])
  for (const chunk of loaded)
    for (const { path, kind, external: isPeer } of metafile.outputs[chunk].imports)
      if (kind === 'import-statement' && !isPeer) loaded.add(path)
  const sum = (names) => names.reduce((total, name) => total + sizes.get(nameOf(name)), 0)
  return { first: sum([...loaded]), all: sum(chunks.map(([name]) => name)) }
}

/** Leaves out what an entry has of the main one: a page loads that once. */
const besideMain = {
  name: 'beside the main entry',
  setup({ onResolve }) {
    onResolve({ filter: /index\.js$/ }, ({ resolveDir, path }) =>
      resolve(resolveDir, path) === fileOf('og-ledger') ? { path: 'og-ledger', external: true } : undefined,
    )
  },
}

/** The built file of an entry. */
function fileOf(entry) {
  if (entry === REFERENCE) return entry
  const name = entry.slice('og-ledger'.length)
  const path = { '': 'src/index.js', '/machines': 'machines/index.js' }[name] ?? `src${name}/index.js`
  return fileURLToPath(new URL(`../dist/${path}`, import.meta.url))
}

const nameOf = (path) => path.split(/[/\\]/).at(-1)
