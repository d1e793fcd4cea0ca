import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'

type Manifest = {
  exports: Record<string, string | { require: string; default: string }>
  typesVersions: { '*': Record<string, string[]> }
  imports: Record<string, string | { node: string; default: string }>
}

const root = resolve(import.meta.dirname, '../..')
const manifest = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as Manifest
const entries = Object.entries(manifest.exports).flatMap(([name, files]) =>
  name.endsWith('.json') ? [] : [{ name, files }],
)

test('every entry can be loaded by import and by require', () => {
  expect(entries.map(({ name, files }) => [name, files])).toEqual(
    entries.map(({ name, files }) => {
      const file = typeof files === 'string' ? files : files.default
      return [name, { require: file.replace(/\.js$/, '.cjs'), default: file }]
    }),
  )
})

test('TypeScript finds the types of every entry where it does not read exports', () => {
  const types = entries.flatMap(({ name, files }) =>
    name === '.' || typeof files === 'string'
      ? []
      : [[name.slice('./'.length), [files.default.replace(/\.js$/, '.d.ts')]]],
  )
  expect(manifest.typesVersions['*']).toEqual(Object.fromEntries(types))
})

test('what differs in browsers is a file for Node, and one for everything else', () => {
  const differing = Object.values(manifest.imports).filter((files) => typeof files !== 'string')
  expect(differing).toEqual(differing.map(({ node }) => ({ node, default: node.replace('.node.js', '.browser.js') })))
})

test('whatever README and documentation link to is in the package', () => {
  const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
  })
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }]
  const packed = new Set(files.map(({ path }) => path))
  const isPacked = (path: string) => packed.has(path) || files.some((one) => one.path.startsWith(`${path}/`))
  const pages = [...packed].filter((path) => path === 'README.md' || /^docs\/.*\.md$/.test(path))
  const missing = pages.flatMap((page) =>
    [...readFileSync(resolve(root, page), 'utf8').matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g)]
      .map(([, link = '']) => join(dirname(page), link).replace(/\/$/, ''))
      .filter((path) => !isPacked(path))
      .map((path) => `${page}: ${path}`),
  )
  expect(missing).toEqual([])
})

test('programs of the bench and processes of the tests load files that the build writes', () => {
  const programs = ['bench', 'test', 'build'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).flatMap((file) =>
      file.endsWith('.mjs') ? [join(root, folder, file)] : [],
    ),
  )
  const loaded = programs.flatMap((program) =>
    [...readFileSync(program, 'utf8').matchAll(/'((?:\.\.\/)+dist\/[^']+\.js)'/g)].map(([, path = '']) =>
      resolve(dirname(program), path),
    ),
  )
  expect(loaded.length).toBeGreaterThan(20)
  expect(loaded.filter((file) => !existsSync(file))).toEqual([])
})
