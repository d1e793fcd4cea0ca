import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { UsageError } from '../arguments/usage-error.ts'

/** The key that clients of this server send: not the wallet's, and good for nothing else. */
export type ServerKey = {
  key: string
  /** Whether it was just made and stands in no file: it is printed once. */
  isNew: boolean
}

const SHORTEST = 16
const isKey = (text: string): boolean => text.length >= SHORTEST && /^[\x21-\x7e]+$/.test(text)

/** Takes the key from a file; a file that does not exist is made, for its owner alone. Without a file the key is new each time. */
export async function serverKey(file: string | undefined): Promise<ServerKey> {
  const made = `og-${randomBytes(24).toString('base64url')}`
  if (file === undefined) return { key: made, isNew: true }
  try {
    await writeFile(file, `${made}\n`, { flag: 'wx', mode: 0o600 })
    return { key: made, isNew: false }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unusable(file, error)
  }
  const key = (await readFile(file, 'utf8').catch((error: unknown) => Promise.reject(unusable(file, error)))).trim()
  if (isKey(key)) return { key, isNew: false }
  throw new UsageError(`${file} holds no key: one line of at least ${SHORTEST} characters without blanks is one.`)
}

function unusable(file: string, error: unknown): UsageError {
  return new UsageError(`--key-file ${file} cannot be used: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}.`)
}
