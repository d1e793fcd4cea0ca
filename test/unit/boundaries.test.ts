import { readdirSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

/**
 * Who may import whom: the architecture as a table. A folder of src stands for itself, `src` for the files beside
 * index.ts, `entry` for the public entries. A surface sees the library as an app does.
 */
const allowed: Record<string, readonly string[]> = {
  machines: ['machines', 'xstate'],
  'src/chain': ['src/chain', 'src', 'machines', 'ethers'],
  'src/streams': ['src/streams', 'src', 'machines', 'rxjs'],
  'src/transactions': ['src/transactions', 'src/chain', 'src', 'machines', 'xstate', 'node'],
  src: ['src', 'src/chain', 'src/streams', 'src/transactions', 'src/provider', 'machines', 'xstate', 'rxjs'],
  entry: ['src', 'src/chain', 'src/streams', 'src/transactions', 'src/provider', 'src/testing', 'machines'],
  'src/provider': ['src/provider', 'src', 'node'],
  'src/local': ['src/local', 'src/chain', 'src', 'ethers', 'node'],
  'src/testing': ['src/testing', 'src', 'src/chain', 'src/transactions', 'machines', 'xstate', 'vitest'],
  'src/cli': [
    'src/cli',
    'src/local',
    'entry',
    'machines',
    'ethers',
    'rxjs',
    'xstate',
    'node',
    'citty',
    '@clack/prompts',
  ],
  'src/visualizer': ['src/visualizer', 'src/visualizer/shared', 'entry', 'machines', 'xstate', 'node'],
  'src/visualizer/build': [
    'src/visualizer/build',
    'src/visualizer/shared',
    'entry',
    'machines',
    'xstate',
    'node',
    'elkjs',
    'esbuild',
  ],
  'src/visualizer/page': ['src/visualizer/page', 'src/visualizer/shared', 'entry', 'preact', 'uplot'],
  'src/visualizer/shared': ['src/visualizer/shared', 'entry', 'machines'],
}

/** What only one folder may know at run time; types may be named where the public API needs them. */
const owners: Record<string, RegExp> = {
  ethers: /^src\/(chain|local|cli)\//,
  rxjs: /^src\/(streams|cli)\//,
  vitest: /^src\/testing\/vitest\.ts$/,
}

type Import = { from: string; to: string; typeOnly: boolean }

const root = resolve(import.meta.dirname, '../..')
const files = ['src', 'machines'].flatMap((folder) =>
  readdirSync(resolve(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`),
)

const imports: Import[] = files.flatMap((from) => {
  const text = readFileSync(resolve(root, from), 'utf8')
  const found = [...text.matchAll(/(?:^|\n)(?:import|export) (type )?[^;'"]*?from '([^']+)'|import\('([^']+)'\)/g)]
  return found.map(([, typeOnly, named, dynamic]) => {
    const to = named ?? dynamic ?? ''
    const path = to.startsWith('.') ? relative(root, resolve(root, dirname(from), to)) : to
    return { from, to: path, typeOnly: typeOnly !== undefined }
  })
})

/** What the visualizer's server and its page both run. */
const shared = ['protocol', 'state.types', 'chart.types', 'patch'].map((name) => `src/visualizer/${name}.ts`)

function placeOf(path: string): string {
  if (shared.includes(path)) return 'src/visualizer/shared'
  if (/^src\/visualizer\/(build|page)\//.test(path)) return path.split('/').slice(0, 3).join('/')
  if (['src/index.ts', 'src/testing/index.ts', 'machines/index.ts'].includes(path)) return 'entry'
  if (path.startsWith('machines/')) return 'machines'
  if (path.startsWith('node:')) return 'node'
  if (path.startsWith('src/')) return path.split('/').length === 2 ? 'src' : path.split('/').slice(0, 2).join('/')
  return path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/')
}

/** To others the visualizer is an entry too. */
const targetOf = (path: string): string => (path === 'src/visualizer/index.ts' ? 'entry' : placeOf(path))

test('every import is one that the architecture allows', () => {
  const strangers = imports.filter(({ from, to }) => !allowed[placeOf(from)]?.includes(targetOf(to)))
  expect(strangers).toEqual([])
  expect(imports.length).toBeGreaterThan(100)
})

test('ethers is known to src/chain alone, rxjs to src/streams and vitest to its own entry, but for types', () => {
  const leaks = imports.filter(({ from, to, typeOnly }) => {
    const owner = owners[placeOf(to)]
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
  expect(found).toEqual(['src/clock.ts', 'src/testing/simulated-time.ts'])
})
