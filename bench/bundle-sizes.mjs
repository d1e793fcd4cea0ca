import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const PEERS = ['ethers', 'rxjs', 'xstate', 'react', 'viem']
const REFERENCE = '@0gfoundation/0g-compute-ts-sdk'

/**
 * What an entry of the package adds to a page beside its peers, minified, in kB of gzip: the chunks that are loaded with it, and those
 * together with the chunks that it loads later. `peers` are those that are loaded with it. The reference SDK is measured without the
 * polyfills of Node's modules that a page has to add for it.
 *
 * @param beside the entry that the page has already: what both share does not count
 */
export async function bundleSizes(entry, { beside } = {}) {
  if (!beside) return sizesOf([entry])
  const [both, before] = [await sizesOf([beside, entry]), await sizesOf([beside])]
  return { ...both, first: both.first - before.first, all: both.all - before.all }
}

async function sizesOf(entries) {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: entries.map((entry) => `export * from '${fileOf(entry)}'`).join('\n'),
      resolveDir: fileURLToPath(new URL('..', import.meta.url)),
    },
    external: entries.includes(REFERENCE) ? [...PEERS, ...builtinModules] : PEERS,
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
  const [first] = chunks.find(([, { entryPoint }]) => entryPoint === '<stdin>')
  const [loaded, peers] = [new Set([first]), new Set()]
  for (const chunk of loaded)
    for (const { path, kind, external: isPeer } of metafile.outputs[chunk].imports)
      if (kind === 'import-statement') (isPeer ? peers : loaded).add(path)
  const sum = (names) => names.reduce((total, name) => total + sizes.get(nameOf(name)), 0)
  return { first: sum([...loaded]), all: sum(chunks.map(([name]) => name)), peers: [...peers] }
}

/** The built file of an entry. */
function fileOf(entry) {
  if (entry === REFERENCE) return entry
  const name = entry.slice('og-ledger'.length)
  const path = { '': 'src/index.js', '/machines': 'machines/index.js' }[name] ?? `src${name}/index.js`
  return fileURLToPath(new URL(`../dist/${path}`, import.meta.url))
}

const nameOf = (path) => path.split(/[/\\]/).at(-1)
