import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serverKey } from '../../../../src/cli/serve/key.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'og-ledger-key-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('without a file the key is new each time', async () => {
  const [one, two] = [await serverKey(undefined), await serverKey(undefined)]
  expect(one.key).toMatch(/^og-[\w-]{32}$/)
  expect([one.isNew, two.isNew, one.key === two.key]).toEqual([true, true, false])
})

test('a file that does not exist is made for its owner alone, and keeps the key', async () => {
  const file = join(folder, 'new')
  const made = await serverKey(file)
  expect(made.isNew).toBe(false)
  expect(await readFile(file, 'utf8')).toBe(`${made.key}\n`)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await serverKey(file)).toEqual(made)
})

test.for([
  ['an empty file', '', /holds no key/],
  ['a short key', 'secret\n', /at least 16 characters/],
  ['two lines', `${'a'.repeat(20)}\n${'b'.repeat(20)}\n`, /one line/],
  ['blanks', `${'a '.repeat(20)}b`, /without blanks/],
] as const)('%s is refused', async ([name, text, words]) => {
  const file = join(folder, name)
  await writeFile(file, text)
  await expect(serverKey(file)).rejects.toThrow(words)
})

test('a folder as the file is refused with the reason', async () => {
  await expect(serverKey(folder)).rejects.toThrow(/cannot be used: E\w+/)
})
