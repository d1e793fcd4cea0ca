import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'

/** A sentence names its actor: broker, lane, node, caller, provider, wallet. */
const RIDDLES = /\b(nobody|somebody|whoever|whomever|anybody|everybody|no one)\b/i

const root = resolve(import.meta.dirname, '../..')
const filesIn = (folder: string, ending: RegExp): string[] =>
  readdirSync(resolve(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => ending.test(file))
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)

test('sentences of source and documentation name their actor', () => {
  const files = [
    ...['src', 'machines'].flatMap((folder) => filesIn(folder, /\.tsx?$/)),
    ...filesIn('docs', /\.md$/),
    'README.md',
    'CONTRIBUTING.md',
  ]
  const found = files.flatMap((file) =>
    readFileSync(resolve(root, file), 'utf8')
      .split('\n')
      .flatMap((line, index) => (RIDDLES.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  )
  expect(found).toEqual([])
  expect(files.length).toBeGreaterThan(400)
})
