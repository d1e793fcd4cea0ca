import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleSizes } from '../bundle-sizes.mjs'
import { pageLives } from '../page-lives.mjs'

const ROOT = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '')

const REFERENCE = '@0gfoundation/0g-compute-ts-sdk'
const MAIN = 'og-ledger'
const OTHERS = ['og-ledger/react', 'og-ledger/viem']

/**
 * What lies on disk after a production install: the package, what it depends on, and its peers. And what it adds to a page beside
 * those peers, minified and with gzip.
 */
export async function size() {
  const reference = treeOf(locate(REFERENCE, ROOT))
  const ours = treeOf(ROOT)
  const bundles = {}
  for (const entry of [REFERENCE, MAIN]) bundles[entry] = await bundleSizes(entry)
  for (const entry of OTHERS) bundles[entry] = await bundleSizes(entry, { beside: MAIN })
  const lives = await pageLives()
  return {
    rows: [
      { name: 'installed: MB', digits: 1, reference: megabytes(reference), ours: megabytes(ours) },
      { name: 'installed: packages', digits: 0, reference: reference.size, ours: ours.size },
      ...bundleRows(bundles),
      ...lifeRows(lives),
    ],
    details: { ours: largest(ours), reference: largest(reference), bundles, lives },
  }
}

/** A page opens a broker with a chunk that it loads then: what it has before, and with it. */
function bundleRows(bundles) {
  const row = (name, ours, reference = null) => ({
    name: `bundled: kB of ${name}`,
    digits: 1,
    reference,
    referenceAtLeast: reference !== null,
    ours,
  })
  const { [REFERENCE]: reference, [MAIN]: main, ...others } = bundles
  return [
    row(`${MAIN}, before a broker is opened`, main.first, reference.first),
    row(`${MAIN}, in all`, main.all, reference.all),
    ...Object.entries(others).map(([entry, { all }]) => row(entry, all)),
  ]
}

/** A page loads what it uses: see lives.mjs. */
function lifeRows({ watch, pay }) {
  const row = (life, ours) => ({ name: `bundled: kB of a page that ${life}`, digits: 1, reference: null, ours })
  return [row('watches a wallet', watch), row('deposits and tops up', pay)]
}

/** Folder → bytes, for a package and everything it needs. */
function treeOf(folder, tree = new Map()) {
  if (tree.has(folder)) return tree
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta = {} } = manifest(folder)
  tree.set(folder, folder === ROOT ? published() : bytesIn(folder))
  const required = { ...dependencies, ...peerDependencies }
  for (const name of Object.keys({ ...required, ...optionalDependencies })) {
    const found = locate(name, folder)
    const optional = peerDependenciesMeta[name]?.optional === true || name in (optionalDependencies ?? {})
    if (!found && !optional) throw new Error(`${name}, which ${folder} needs, is not installed.`)
    // An optional peer is installed for another package.
    if (found && peerDependenciesMeta[name]?.optional !== true) treeOf(found, tree)
  }
  return tree
}

/** Where Node finds a package from a folder. */
function locate(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate)
    if (folder === dirname(folder)) return null
  }
}

/** og-ledger is measured as it is published: what `files` names, and what npm adds. */
function published() {
  const named = ['package.json', 'LICENSE', 'README.md']
    .map((file) => join(ROOT, file))
    .filter((file) => existsSync(file))
  const build = bytesIn(join(ROOT, 'dist'), (name) => !name.endsWith('.tsbuildinfo'))
  return build + named.reduce((sum, file) => sum + statSync(file).size, 0)
}

function bytesIn(folder, counts = () => true) {
  let bytes = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && entry.name !== 'node_modules') bytes += bytesIn(path, counts)
    else if (entry.isFile() && counts(entry.name)) bytes += statSync(path).size
  }
  return bytes
}

function largest(tree) {
  const sorted = [...tree].toSorted(([, a], [, b]) => b - a).slice(0, 8)
  return Object.fromEntries(sorted.map(([folder, bytes]) => [nameOf(folder), Math.round(bytes / 1e4) / 100]))
}

function nameOf(folder) {
  const { name, version } = manifest(folder)
  return `${name}@${version}`
}

const megabytes = (tree) => [...tree.values()].reduce((sum, bytes) => sum + bytes, 0) / 1e6
const manifest = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
