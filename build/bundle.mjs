// Bundles the sources to what Node and bundlers load: one file for each entry, and few chunks that entries share. A module in a file of
// its own costs a program about as much to find and read as to run. tsc writes the types beside them.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))
const { exports, imports, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** Modules that the build makes afterwards. */
const later = Object.values(imports).filter((file) => typeof file === 'string')

/** What the package names. What differs in browsers is an entry too: the name stands for either file, and both share the chunks. */
const named = [
  ...Object.values(exports).flatMap((files) => files.default ?? []),
  ...Object.values(imports).flatMap((files) => (typeof files === 'string' ? [] : Object.values(files))),
  ...Object.values(bin),
].map((file) => file.replace(/^(\.\/)?dist\//, '').replace(/\.js$/, ''))

/** What the build itself runs, and processes of tests and of the bench load beside the entries. */
const inside = [
  'src/alerts/alerts',
  'src/broker',
  'src/chain/abi',
  'src/chain/block-proof',
  'src/chain/decode',
  'src/chain/digest-code',
  'src/chain/services-abi',
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
  'src/transactions/journal-lock',
  'src/visualizer/build/main',
]

/**
 * What is loaded together, in the order in which it is: a chunk has what all of its modules reach and no chunk before it has. Without that
 * each set of entries that share a module would make a chunk, most of them tiny. A page that imports `createBroker` alone has the first
 * chunk until it opens a broker; what else the main entry names and a broker needs is apart from it, and from what only the main entry
 * names. `a+b` is what either one reaches.
 */
const layers = {
  first: ['src/create-broker'],
  face: ['src/index', 'src/create-broker+src/broker+src/streams/streams'],
  broker: ['src/broker'],
  config: ['src/index', 'src/engine/planning'],
  planning: ['src/engine/planning'],
  journal: ['src/transactions/browser-journal'],
  shared: ['src/index', 'src/engine/sending+src/managers/calls+src/managers/endpoint-calls+src/refunds/refunds'],
  index: ['src/index'],
  sending: ['src/engine/sending'],
  calls: ['src/managers/calls'],
  refunds: ['src/refunds/refunds'],
}

const fileOf = (name) => join(root, `${name}.ts`)
const entries = [...named, ...inside]
const entryFiles = new Set(entries.map(fileOf))
const isOurs = (id) => ['src', 'machines'].some((folder) => id.startsWith(join(root, folder, sep)))
/** Charts and policies are apart from the rest of a layer, which `og-ledger/machines` has no use for. */
const isPure = (id) => id.startsWith(join(root, 'machines', sep))
/** The layer of each module that has one, once all modules are read. */
const layerOf = new Map()

const bundle = await rolldown({
  cwd: root,
  input: Object.fromEntries(entries.map((name) => [name, fileOf(name)])),
  // Packages, and the names of the package's own that stand for two files. What the compiler adds is bundled.
  external: (id) => !/^[./]|^@oxc-project/.test(id) && !entryFiles.has(id),
  platform: 'neutral',
  transform: { target: 'es2022' },
  preserveEntrySignatures: 'strict',
  onLog(level, log, print) {
    // Only an entry begins with 'use client', and keeps it.
    if (log.code !== 'MODULE_LEVEL_DIRECTIVE') print(level, log)
  },
  plugins: [
    {
      name: 'layers',
      buildEnd() {
        const reachOf = (name) => {
          const reached = new Set(name.split('+').map(fileOf))
          for (const id of reached)
            for (const next of this.getModuleInfo(id).importedIds) if (isOurs(next)) reached.add(next)
          return reached
        }
        for (const [layer, names] of Object.entries(layers)) {
          const [first, ...others] = names.map(reachOf)
          for (const id of first)
            if (!layerOf.has(id) && others.every((reached) => reached.has(id))) layerOf.set(id, layer)
        }
      },
    },
  ],
})
const { output } = await bundle.write({
  dir: join(root, 'dist'),
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
  sourcemap: true,
  // The sources are in the package.
  sourcemapExcludeSources: true,
  codeSplitting: {
    groups: Object.keys(layers).flatMap((layer, at, { length }) =>
      [true, false].map((pure) => ({
        name: `${layer}${pure ? '-machines' : ''}`,
        priority: length - at,
        test: (id) => layerOf.get(id) === layer && isPure(id) === pure,
      })),
    ),
  },
})
await bundle.close()

// A chunk has its content's hash in its name: those of earlier builds would stay.
const made = new Set([...output.map(({ fileName }) => fileName), ...later.map((file) => file.slice('./dist/'.length))])
for (const file of readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' })) {
  const path = file.replaceAll('\\', '/')
  if (/\.js(\.map)?$/.test(path) && !path.includes('/assets/') && !made.has(path)) rmSync(join(root, 'dist', file))
}
