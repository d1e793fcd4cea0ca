// Bundles the sources to what Node and bundlers load: one file for each entry, and the chunks that entries share. A module in a file of
// its own costs a program about as much to find and read as to run. tsc writes the types beside them.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const { exports, imports, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** Modules that the build makes afterwards. */
const made = Object.values(imports).filter((file) => typeof file === 'string')

/** What the package names. What differs in browsers is an entry too: the name stands for either file, and both share the chunks. */
const named = [
  ...Object.values(exports).flatMap((files) => files.default ?? []),
  ...Object.values(imports).flatMap((files) => (typeof files === 'string' ? [] : Object.values(files))),
  ...Object.values(bin),
]

/** What the build itself runs, and processes of tests and of the bench load beside the entries. */
const inside = [
  'src/alerts/alerts',
  'src/broker',
  'src/chain/abi',
  'src/chain/block-proof',
  'src/chain/decode',
  'src/chain/digest-code',
  'src/chain/wallet-views',
  'src/cli/manual/build',
  'src/fleet/claims',
  'src/local/anvil',
  'src/local/children',
  'src/local/deploy',
  'src/local/free-port',
  'src/local/http-provider',
  'src/local/providers',
  'src/local/transact',
  'src/local/wallets',
  'src/transactions/file-journal',
  'src/transactions/process-lock',
  'src/visualizer/build/main',
]

const { metafile } = await build({
  entryPoints: [
    ...named.map((file) => file.replace(/^(\.\/)?dist\//, '').replace(/\.js$/, '.ts')),
    ...inside.map((file) => `${file}.ts`),
  ],
  absWorkingDir: root,
  outbase: '.',
  outdir: 'dist',
  chunkNames: 'chunks/[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'es2022',
  packages: 'external',
  external: Object.keys(imports),
  // The sources are in the package.
  sourcemap: true,
  sourcesContent: false,
  metafile: true,
  logLevel: 'warning',
})

// A chunk is named by its content: those of earlier builds would stay.
for (const file of readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' })) {
  const path = `dist/${file.replaceAll('\\', '/')}`
  if (made.includes(`./${path}`)) continue
  if (/\.js(\.map)?$/.test(path) && !path.includes('/assets/') && !(path in metafile.outputs)) rmSync(join(root, path))
}
