import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:fs'
import * as nodeFiles from 'node:fs/promises'
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openFileJournal, readFileJournal } from '../../../src/index.ts'
import { fileJournal } from '../../../src/transactions/file-journal.ts'
import { prepareJournalPlace } from '../../../src/transactions/journal-place.ts'

const wallet = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'og-ledger-place-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await rm(folder, { recursive: true, force: true })
})

type Failure = { name: string; message: string; facts: Record<string, string> }

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const error = await work.then(
    () => expect.fail('It was taken.'),
    (error: unknown) => error as Failure,
  )
  expect(error.name).toBe('JournalError')
  return error
}

const load = (path: string) => fileJournal(path).load()
const inDefaultPlace = async () => {
  const journal = await openFileJournal({ chainId: 1n, wallet })
  return journal.load()
}

test.for<[string, () => string, string]>([
  ['below a file', () => join(folder, 'file', 'state'), 'ENOTDIR'],
  ['below /dev/null', () => '/dev/null', 'ENOTDIR'],
  ['below a link to /dev/null', () => join(folder, 'link', 'state'), 'ENOTDIR'],
])('a state directory %s is refused in a sentence that says what for', async ([, state, reason]) => {
  await writeFile(join(folder, 'file'), '')
  await symlink('/dev/null', join(folder, 'link'))
  vi.stubEnv('XDG_STATE_HOME', state())
  const { message, facts } = await failureOf(inDefaultPlace())
  expect(message.split('\n')[0]).toBe('The folder for the journal of transactions in flight cannot be made.')
  expect(facts).toMatchObject({
    reason,
    folder: join(state(), 'og-ledger'),
    do: expect.stringMatching(/XDG_STATE_HOME.*createBroker/) as string,
  })
})

test.for(['EACCES', 'EROFS', 'EPERM'])('a folder that the system refuses to make says %s', async (code) => {
  const refusal = Object.assign(new Error(`${code}: permission denied, mkdir`), { code })
  const files = { ...nodeFiles, mkdir: () => Promise.reject(refusal) }
  const { message, facts } = await failureOf(fileJournal(join(folder, 'a', 'b'), { files }).load())
  expect(message.split('\n')[0]).toBe('The folder for the journal of transactions in flight cannot be made.')
  expect(facts['reason']).toBe(code)
})

test.for(['EACCES', 'EROFS'])(
  'a folder that cannot be written is refused before a lock or a file is made: %s',
  async (code) => {
    const files = { ...nodeFiles, access: () => Promise.reject(Object.assign(new Error(code), { code })) }
    const { message, facts } = await failureOf(fileJournal(join(folder, 'x.journal'), { files }).load())
    expect(message.split('\n')[0]).toBe('The folder for the journal of transactions in flight cannot be written.')
    expect(facts['reason']).toBe(code)
    expect(await readdir(folder)).toEqual([])
  },
)

test('a relative XDG_STATE_HOME is refused: each working directory would have its own journal', async () => {
  vi.stubEnv('XDG_STATE_HOME', 'state')
  const { message } = await failureOf(inDefaultPlace())
  expect(message.split('\n')[0]).toBe('XDG_STATE_HOME is no absolute path.')
})

test('a user whose home is no absolute path is told to set XDG_STATE_HOME', async () => {
  vi.stubEnv('XDG_STATE_HOME', '')
  vi.stubEnv('HOME', 'home')
  const { message, facts } = await failureOf(inDefaultPlace())
  expect(message.split('\n')[0]).toBe('This user has no home for the journal of transactions in flight.')
  expect(facts['do']).toContain('XDG_STATE_HOME')
})

test.for([0o777, 0o1777, 0o707, 0o702])('a folder in which every user may write is refused: %o', async (mode) => {
  await chmod(folder, mode)
  const { message, facts } = await failureOf(load(join(folder, 'x.journal')))
  expect(message.split('\n')[0]).toBe('Every user may write in the folder of the journal.')
  expect(facts['mode']).toBe(mode.toString(8).padStart(4, '0'))
  expect(await readdir(folder)).toEqual([])
})

test.for([0o700, 0o750, 0o755, 0o770])(
  'a folder in which only its owner or its group writes is taken: %o',
  async (mode) => {
    await chmod(folder, mode)
    const journal = fileJournal(join(folder, 'x.journal'))
    expect(await journal.load()).toEqual([])
    await journal.close()
  },
)

test('a folder of another user is refused, and one of root is taken', async () => {
  // Root gives the folder away; for another user the process counts as a third one.
  const own = process.getuid?.() ?? 0
  const [owner, uid] = own === 0 ? [65_534, 0] : [own, own + 1]
  await chown(folder, owner, own === 0 ? 65_534 : (process.getgid?.() ?? 0))
  const file = join(folder, 'x.journal')
  const { message, facts } = await failureOf(prepareJournalPlace(file, nodeFiles, { uid }))
  expect(message.split('\n')[0]).toBe('The folder of the journal belongs to another user.')
  expect(facts).toMatchObject({ owner: `uid ${owner}`, 'this process': `uid ${uid}` })
  await prepareJournalPlace('/usr/x.journal', { ...nodeFiles, access: () => Promise.resolve() }, { uid: 1_000 })
})

test('a refused folder is named with its owner and its mode', async () => {
  await chmod(folder, 0o757)
  const { facts } = await failureOf(prepareJournalPlace(join(folder, 'x.journal'), nodeFiles, { uid: 4_321 }))
  expect(facts).toEqual({
    folder,
    owner: `uid ${(await nodeFiles.stat(folder)).uid}`,
    'this process': 'uid 4321',
    mode: '0757',
    do: expect.stringContaining('XDG_STATE_HOME') as string,
  })
})

test.for(['a file', 'nothing', 'a link'])(
  'a journal that is a link to %s is written where it leads, and the link stays',
  async (kind) => {
    const target = join(folder, 'deep', 'target')
    await mkdir(join(folder, 'deep'))
    if (kind === 'a file') await writeFile(target, 'og-ledger journal 1 any\n')
    if (kind === 'a link') await symlink('../target', target)
    const path = join(folder, 'x.journal')
    await symlink('deep/target', path)
    const journal = fileJournal(path)
    await journal.load()
    await journal.append({ type: 'claiming-ended', id: 'a' })
    // The file has one lock, whatever name it is given.
    await expect(load(target)).rejects.toMatchObject({ name: 'LockedError' })
    await journal.close()
    const file = kind === 'a link' ? join(folder, 'target') : target
    expect((await nodeFiles.lstat(file)).isFile()).toBe(true)
    expect(await readFile(file, 'utf8')).toContain('"claiming-ended"')
    expect(await nodeFiles.readlink(path)).toBe('deep/target')
  },
)

test('a link that leads in a circle, or through a folder that every user may write, is refused', async () => {
  const path = join(folder, 'x.journal')
  await symlink('x.journal', path)
  expect((await failureOf(load(path))).message.split('\n')[0]).toBe('The journal is a link that leads in a circle.')
  await mkdir(join(folder, 'open'))
  await chmod(join(folder, 'open'), 0o777)
  await symlink(join(folder, 'open', 'y.journal'), join(folder, 'y.journal'))
  const { message, facts } = await failureOf(load(join(folder, 'y.journal')))
  expect(message.split('\n')[0]).toBe('Every user may write in the folder of the journal.')
  expect(facts['folder']).toBe(join(folder, 'open'))
})

/** Makes what is no file. Only root may make a device; a socket stands for it otherwise. */
const others: Record<string, (path: string) => Promise<() => Promise<void>>> = {
  async pipe(path) {
    execFileSync('mkfifo', [path])
    return Promise.resolve(() => Promise.resolve())
  },
  async device(path) {
    if (process.getuid?.() !== 0) return listening(path)
    execFileSync('mknod', [path, 'c', '1', '3'])
    return Promise.resolve(() => Promise.resolve())
  },
  socket: listening,
  async folder(path) {
    await mkdir(path)
    return () => Promise.resolve()
  },
  async 'link to a pipe'(path) {
    execFileSync('mkfifo', [`${path}.pipe`])
    await symlink(`${path}.pipe`, path)
    return () => Promise.resolve()
  },
}

async function listening(path: string): Promise<() => Promise<void>> {
  const server = createServer().listen(path)
  await once(server, 'listening')
  return async () => {
    server.close()
    await once(server, 'close')
  }
}

const kindOf = async (path: string) => {
  const { mode, ino } = await nodeFiles.lstat(path)
  return { type: mode & constants.S_IFMT, ino }
}

test.for(Object.keys(others))('a %s where a journal is to be is refused and stays what it is', async (kind) => {
  const made = join(folder, 'x.journal')
  const end = await others[kind]?.(made)
  const before = await kindOf(made)
  for (const work of [load, (path: string) => readFileJournal({ chainId: 1n, wallet, path })])
    expect((await failureOf(work(made))).message.split('\n')[0]).toBe('The journal is no file.')
  expect(await kindOf(made)).toEqual(before)
  await end?.()
})

test.for(Object.keys(others))('a %s beside the journal, where its next file is written, stays', async (kind) => {
  const path = join(folder, 'x.journal')
  const end = await others[kind]?.(`${path}.new`)
  const before = await kindOf(`${path}.new`)
  const { message, facts } = await failureOf(load(path))
  expect([message.split('\n')[0], facts['journal']]).toEqual(['The journal is no file.', `${path}.new`])
  expect(await kindOf(`${path}.new`)).toEqual(before)
  await end?.()
})

test('what comes to the path of an open journal is not replaced', async () => {
  const path = join(folder, 'x.journal')
  const journal = fileJournal(path, { compactAfter: 1 })
  await journal.load()
  await rm(path)
  execFileSync('mkfifo', [path])
  const { message } = await failureOf(journal.append({ type: 'claiming-ended', id: 'a' }))
  expect(message.split('\n')[0]).toBe('The journal was moved away or replaced.')
  await journal.close()
  expect((await nodeFiles.lstat(path)).isFIFO()).toBe(true)
})

test('what only has the name of an older lock is not removed', async () => {
  const path = join(folder, 'x.journal')
  const first = fileJournal(path)
  await first.load()
  await first.close()
  const lock = (await readdir(folder)).find((name) => name.startsWith('lock-')) ?? ''
  const older = join(folder, lock)
  const newer = join(folder, lock.replace(/\d+$/, '2'))
  await nodeFiles.rename(older, newer)
  await writeFile(older, 'notes')
  const second = fileJournal(path)
  await second.load()
  await second.close()
  expect(await readFile(older, 'utf8')).toBe('notes')
})

test.for(['below a device', 'below a pipe'])('a state directory %s leaves that as it is', async (where) => {
  const made = join(folder, 'state')
  await others[where.slice('below a '.length)]?.(made).then((end) => end)
  const before = await kindOf(made)
  vi.stubEnv('XDG_STATE_HOME', made)
  const { facts } = await failureOf(inDefaultPlace())
  expect(facts['reason']).toBe('ENOTDIR')
  expect(await kindOf(made)).toEqual(before)
})
