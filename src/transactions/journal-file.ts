import type * as nodeFiles from 'node:fs/promises'
import { dirname } from 'node:path'
import { JournalError } from '../base/errors.ts'

export type Files = Pick<typeof nodeFiles, 'mkdir' | 'open' | 'readFile' | 'rename' | 'rm' | 'stat'>

/** An append-only file that no other process may write. Once that is in doubt it takes nothing more. */
export type JournalFile = {
  /** Writes and syncs. A write that fails is cut off again. @throws JournalError where the file is not ours any more */
  append(bytes: Buffer): Promise<void>
  close(): Promise<void>
}

/** Puts a new file in the place of the old one, at once and whole: written beside it, synced, renamed. */
export async function replaceJournalFile(path: string, bytes: Buffer, files: Files): Promise<JournalFile> {
  await files.rm(`${path}.new`, { force: true })
  const handle = await files.open(`${path}.new`, 'a', 0o600)
  try {
    await writeFully(handle, bytes)
    await handle.sync()
    await files.rename(`${path}.new`, path)
  } catch (error) {
    await handle.close()
    throw error
  }
  return journalFile(path, { handle, size: bytes.length, files })
}

function journalFile(
  path: string,
  { handle, size: initialSize, files }: { handle: nodeFiles.FileHandle; size: number; files: Files },
): JournalFile {
  let size = initialSize
  let broken: Error | null = null

  return {
    async append(bytes) {
      if (broken) throw broken
      await checkOwn()
      try {
        await writeFully(handle, bytes)
        await handle.datasync()
      } catch (error) {
        await cutOff(error)
        throw error
      }
      size += bytes.length
    },
    close: () => handle.close(),
  }

  /** What is written must be what the next process reads: in this file, at this path, right after our last record. */
  async function checkOwn(): Promise<void> {
    const [held, named] = await Promise.all([handle.stat(), ifThere(() => files.stat(path))])
    if (named?.ino !== held.ino)
      throw (broken = new JournalError('The journal was moved away or replaced.', {
        journal: path,
        do: 'stop the program that did it; a new broker takes up what the file in its place holds',
      }))
    if (held.size !== size)
      throw (broken = new JournalError('Another program writes to the journal.', {
        journal: path,
        do: 'stop the other process: two senders would take the same nonces',
      }))
  }

  /** Half a record must not stand before the next one, and a whole one that was refused must not come back. */
  async function cutOff(error: unknown): Promise<void> {
    try {
      await handle.truncate(size)
      await handle.datasync()
    } catch {
      broken = error instanceof Error ? error : new Error(String(error))
    }
  }
}

/** Makes a rename in a folder durable. */
export async function syncFolderOf(path: string, files: Pick<Files, 'open'>): Promise<void> {
  try {
    const folder = await files.open(dirname(path), 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  } catch {
    // Some systems do not open folders; there a rename is as durable as it gets.
  }
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
