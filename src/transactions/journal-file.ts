import type * as nodeFiles from 'node:fs/promises'
import { dirname } from 'node:path'
import { JournalError } from '../base/errors.ts'

export type Files = Pick<typeof nodeFiles, 'lstat' | 'mkdir' | 'open' | 'readFile' | 'rename' | 'rm' | 'stat'>

/** An append-only file that no other process may write. Once that is in doubt it takes nothing more. */
export type JournalFile = {
  /** Writes and syncs. A write that fails is cut off again. @throws JournalError where the file is not ours any more */
  append(bytes: Buffer): Promise<void>
  /** Why the disk may hold less than this file shows; null while it holds all of it. Then only `replace` helps. */
  doubt(): Error | null
  /** Puts a new file in the place of this one. @throws JournalError where the file is not ours any more */
  replace(bytes: Buffer): Promise<JournalFile>
  close(): Promise<void>
}

/**
 * Puts a new file in the place of the old one, at once and whole: written beside it, synced, renamed.
 *
 * @throws JournalError where another thing than a file lies at one of the two paths, and leaves that as it is
 */
export async function replaceJournalFile(path: string, bytes: Buffer, files: Files): Promise<JournalFile> {
  const beside = `${path}.new`
  await Promise.all([checkIsFile(path, files.lstat), checkIsFile(beside, files.lstat)])
  await files.rm(beside, { force: true })
  const handle = await files.open(beside, 'ax', 0o600)
  try {
    await writeFully(handle, bytes)
    await handle.sync()
    const doubt = await files.rename(beside, path).then(
      () => syncFolderOf(path, files),
      // Of a rename that fails on a bad disk only the path itself tells whether it was done.
      async (error: unknown) => ((await isAt(path, handle, files)) ? errorOf(error) : Promise.reject(errorOf(error))),
    )
    return journalFile(path, { handle, size: bytes.length, doubt, files })
  } catch (error) {
    await handle.close()
    throw error
  }
}

type Opened = { handle: nodeFiles.FileHandle; size: number; doubt: Error | null; files: Files }

function journalFile(path: string, { handle, files, ...opened }: Opened): JournalFile {
  let { size, doubt } = opened
  let foreign: JournalError | null = null
  /** How much of a record that was refused may still stand behind the others. */
  let rest = 0

  return {
    async append(bytes) {
      if (doubt) throw doubt
      await checkOwn()
      rest = bytes.length
      try {
        await writeFully(handle, bytes)
      } catch (error) {
        await cutOff()
        throw error
      }
      try {
        await handle.datasync()
      } catch (error) {
        // After a sync that failed the system may count the lost pages as written: a later sync proves nothing.
        doubt = errorOf(error)
        await cutOff()
        throw error
      }
      rest = 0
      size += bytes.length
    },
    doubt: () => doubt,
    async replace(bytes) {
      await checkOwn()
      return replaceJournalFile(path, bytes, files)
    },
    close: () => handle.close(),
  }

  /** What is written must be what the next process reads: in this file, at this path, right after our last record. */
  async function checkOwn(): Promise<void> {
    if (foreign) throw foreign
    if (!(await isAt(path, handle, files)))
      throw (foreign = new JournalError('The journal was moved away or replaced.', {
        journal: path,
        do: 'stop the program that did it; a new broker takes up what the file in its place holds',
      }))
    const held = (await handle.stat()).size
    if (held < size || held > size + rest)
      throw (foreign = new JournalError('Another program writes to the journal.', {
        journal: path,
        do: 'stop the other process: two senders would take the same nonces',
      }))
  }

  /** Half a record must not stand before the next one, and a whole one that was refused must not come back. */
  async function cutOff(): Promise<void> {
    try {
      await handle.truncate(size)
      await handle.datasync()
      rest = 0
    } catch (error) {
      doubt ??= errorOf(error)
    }
  }
}

/** Errors of systems that cannot sync a folder: there a rename is as durable as it gets. */
const NO_FOLDER_SYNC: ReadonlySet<unknown> = new Set([
  'EACCES',
  'EINVAL',
  'EISDIR',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EPERM',
])

/** Makes a rename in a folder durable. @returns why it may not be; null where it is */
export async function syncFolderOf(path: string, files: Pick<Files, 'open'>): Promise<Error | null> {
  try {
    const folder = await files.open(dirname(path), 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close().catch(() => undefined)
    }
    return null
  } catch (error) {
    return NO_FOLDER_SYNC.has((error as NodeJS.ErrnoException).code) ? null : errorOf(error)
  }
}

/** @throws JournalError for a link, a device, a pipe, a socket or a folder */
export async function checkIsFile(path: string, look: Files['lstat']): Promise<void> {
  const there = await ifThere(() => look(path))
  if (!there || there.isFile()) return
  throw new JournalError('The journal is no file.', { journal: path, do: 'pass the path of a file, or of none yet' })
}

async function isAt(path: string, handle: nodeFiles.FileHandle, files: Pick<Files, 'stat'>): Promise<boolean> {
  const [held, named] = await Promise.all([handle.stat(), ifThere(() => files.stat(path))])
  return named?.ino === held.ino
}

/** @returns null where there is no such file */
export async function ifThere<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

async function writeFully(handle: nodeFiles.FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten
}

const errorOf = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))
