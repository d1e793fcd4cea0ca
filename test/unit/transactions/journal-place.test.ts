import * as nodeFiles from 'node:fs/promises'
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
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

test.for(['a file', 'nothing', 'a folder'])(
  'a journal that is a link to %s is refused, and the link stays',
  async (kind) => {
    const target = join(folder, 'target')
    if (kind === 'a file') await writeFile(target, 'og-ledger journal 1 any\n')
    if (kind === 'a folder') await mkdir(target)
    const path = join(folder, 'x.journal')
    await symlink(target, path)
    const { message } = await failureOf(load(path))
    expect(message.split('\n')[0]).toBe('The journal is a link.')
    if (kind === 'a file') expect(await readFile(target, 'utf8')).toBe('og-ledger journal 1 any\n')
  },
)

test('a journal that is a folder, or a device, is refused', async () => {
  await mkdir(join(folder, 'x.journal'))
  for (const path of [join(folder, 'x.journal'), '/dev/null']) {
    const { message } = await failureOf(load(path))
    expect(message.split('\n')[0]).toBe('The journal is no file.')
  }
  const { message } = await failureOf(readFileJournal({ chainId: 1n, wallet, path: join(folder, 'x.journal') }))
  expect(message.split('\n')[0]).toBe('The journal of transactions in flight cannot be read.')
})
