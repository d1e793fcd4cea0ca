import * as nodeFiles from 'node:fs/promises'
import type { Files } from '../../src/transactions/journal-file.ts'

export type DiskOperation = 'open' | 'write' | 'sync' | 'truncate' | 'rename' | 'syncFolder'

/** What programs see of a file, and what a crash certainly leaves of it. */
type Inode = { ino: number; seen: Buffer; safe: Buffer; isLost: boolean }

export type FailingDisk = {
  files: Files
  /** Every content of a path that a crash may leave now; null where it may leave none. */
  afterCrash(path: string): (string | null)[]
}

/**
 * A disk in memory as Linux has it: a sync that fails drops what it was to write, and a later one does not make up for that; a
 * rename outlives a crash once its folder is synced. Folders are real ones, for locks.
 *
 * @param failureOf the code with which the next operation fails; null where it succeeds
 */
export function failingDisk(failureOf: (operation: DiskOperation) => string | null): FailingDisk {
  const names = new Map<string, Inode>()
  let safeNames = new Map<string, Inode>()
  let made = 0

  return { files: { ...nodeFiles, ...memoryFiles() } as unknown as Files, afterCrash }

  function afterCrash(path: string): (string | null)[] {
    const inodes = [...new Set([names.get(path), safeNames.get(path)])]
    return inodes.flatMap((inode) => (inode ? contentsOf(inode) : [null]))
  }

  /** A crash leaves what is safe, what was seen, or any length between. */
  function contentsOf({ seen, safe }: Inode): string[] {
    const [short, long] = seen.length < safe.length ? [seen, safe] : [safe, seen]
    const middle = Math.floor((short.length + long.length) / 2)
    return [short.length, middle, long.length].map((length) => long.subarray(0, length).toString())
  }

  function attempt(operation: DiskOperation): void {
    const code = failureOf(operation)
    if (code !== null) throw Object.assign(new Error(`${code}: ${operation}`), { code })
  }

  function inodeAt(path: string): Inode {
    const inode = names.get(path)
    if (!inode) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' })
    return inode
  }

  function statOf({ ino, seen }: Inode) {
    return { ino, size: seen.length, isFile: () => true }
  }

  function memoryFiles() {
    const stat = async (path: string) => Promise.resolve(statOf(inodeAt(path)))
    return {
      stat,
      lstat: stat,
      readFile: async (path: string) => Promise.resolve(inodeAt(path).seen.toString()),
      rm: async (path: string) => Promise.resolve(void names.delete(path)),
      async rename(from: string, to: string) {
        await Promise.resolve(attempt('rename'))
        names.set(to, inodeAt(from))
        names.delete(from)
      },
      async open(path: string, flags: string) {
        if (flags === 'r') return Promise.resolve(folderHandle())
        attempt('open')
        const inode: Inode = { ino: (made += 1), seen: Buffer.alloc(0), safe: Buffer.alloc(0), isLost: false }
        names.set(path, inode)
        return Promise.resolve(fileHandle(inode))
      },
    }
  }

  function folderHandle() {
    return {
      async sync() {
        await Promise.resolve(attempt('syncFolder'))
        safeNames = new Map(names)
      },
      close: () => Promise.resolve(),
    }
  }

  function fileHandle(inode: Inode) {
    const sync = async (): Promise<void> => {
      try {
        await Promise.resolve(attempt('sync'))
      } catch (error) {
        inode.isLost = true
        throw error
      }
      if (!inode.isLost) inode.safe = inode.seen
    }
    return {
      stat: () => Promise.resolve(statOf(inode)),
      sync,
      datasync: sync,
      close: () => Promise.resolve(),
      async write(bytes: Buffer, at: number) {
        const rest = bytes.subarray(at)
        const part = rest.subarray(0, Math.ceil(rest.length / 2))
        inode.seen = Buffer.concat([inode.seen, part])
        await Promise.resolve(attempt('write'))
        return { bytesWritten: part.length }
      },
      async truncate(length: number) {
        await Promise.resolve(attempt('truncate'))
        inode.seen = inode.seen.subarray(0, length)
      },
    }
  }
}
