import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'

const PEERS = ['ethers', 'rxjs', 'xstate', 'react', 'viem']
const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PAGE = '\0page'

/** Bundles a page's program for browsers as Vite does, without its peers. */
export async function bundlePage(program) {
  const bundle = await rolldown({
    cwd: ROOT,
    input: { page: 'page' },
    platform: 'browser',
    external: (id) => PEERS.includes(id) || builtinModules.includes(id.replace(/^node:/, '')),
    logLevel: 'silent',
    plugins: [
      {
        name: 'page',
        resolveId: (id) => (id === 'page' ? PAGE : builtFile(id)),
        load: (id) => (id === PAGE ? program : undefined),
      },
    ],
  })
  const output = { minify: true, entryFileNames: '[name].js', chunkFileNames: '[name].js' }
  const { output: made } = await bundle.generate(output)
  const chunks = new Map(made.filter(({ type }) => type === 'chunk').map((chunk) => [chunk.fileName, chunk]))
  return {
    /** In kB of gzip. */
    sizeOf: (names) => [...names].reduce((sum, name) => sum + gzipSync(chunks.get(name).code).length / 1_000, 0),
    names: () => [...chunks.keys()],
    /** What is loaded with the page: chunks, and peers. */
    first() {
      const [loaded, peers] = [new Set(['page.js']), new Set()]
      for (const name of loaded)
        for (const next of chunks.get(name).imports) (chunks.has(next) ? loaded : peers).add(next)
      return { chunks: [...loaded], peers: [...peers] }
    },
    /** Writes it to a folder, where each chunk notes that it runs. */
    async write(folder) {
      const banner = ({ fileName }) => `(globalThis.loadedChunks ??= new Set()).add(${JSON.stringify(fileName)})`
      await bundle.write({ ...output, dir: folder, banner })
    },
    close: () => bundle.close(),
  }
}

/** The built file of an entry of the package. */
function builtFile(id) {
  if (id !== 'og-ledger' && !id.startsWith('og-ledger/')) return undefined
  const name = id.slice('og-ledger'.length)
  const path = { '': 'src/index.js', '/machines': 'machines/index.js' }[name] ?? `src${name}/index.js`
  return fileURLToPath(new URL(`../dist/${path}`, import.meta.url))
}
