import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeFolder } from '../../../src/transactions/make-folder.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'og-ledger-folder-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('makes the folder and those above it for their owner alone, also from two calls at once', async () => {
  const path = join(folder, 'a/b/c')
  await Promise.all([makeFolder(path), makeFolder(path)])
  await makeFolder(path)
  const modes = await Promise.all(
    ['a', 'a/b', 'a/b/c'].map(async (one) => (await stat(join(folder, one))).mode & 0o777),
  )
  expect(modes).toEqual([0o700, 0o700, 0o700])
})

test('ends where a file system refuses a new folder as if what is above it were missing', async () => {
  const refusal = Object.assign(new Error('no such file or directory'), { code: 'ENOENT' })
  const asked: unknown[] = []
  const refuses = (path: unknown) => {
    asked.push(path)
    return Promise.reject(refusal)
  }
  await expect(makeFolder(join(folder, 'a/b'), refuses as never)).rejects.toBe(refusal)
  expect(asked).toEqual(['a/b', 'a', '.', 'a'].map((one) => join(folder, one)))
})
