import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder that only its owner may enter, and those above it that are missing. Node's own `recursive` never ends where a file
 * system refuses a new folder with ENOENT, as /proc does.
 */
export async function makeFolder(path: string, make: typeof mkdir = mkdir): Promise<void> {
  try {
    await makeOne(path, make)
  } catch (error) {
    if (!isMissing(error) || dirname(path) === path) throw error
    await makeFolder(dirname(path), make)
    await makeOne(path, make)
  }
}

async function makeOne(path: string, make: typeof mkdir): Promise<void> {
  try {
    await make(path, { mode: 0o700 })
  } catch (error) {
    // It was there, or another process has made it meanwhile.
    if (!(await isFolder(path))) throw error
  }
}

const isMissing = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT'

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
