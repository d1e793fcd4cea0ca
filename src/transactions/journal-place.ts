import { constants } from 'node:fs'
import * as nodeFiles from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { getuid } from 'node:process'
import { JournalError } from '../base/errors.ts'
import { makeFolder } from './make-folder.ts'

type Files = Pick<typeof nodeFiles, 'mkdir'> & Partial<Pick<typeof nodeFiles, 'access'>>

/** The user of this process; undefined on Windows, whose files have no such owners. */
type User = { uid?: number | undefined }

const ADVICE =
  'set XDG_STATE_HOME to a folder that only this user can write, or pass a journal to createBroker: openFileJournal({ path }) or memoryJournal()'

/** Other users must not write in the folder: they could replace the journal, and the wallet would pay twice. */
const OTHERS_WRITE = 0o002
const ROOT = 0

/** Longer chains of links lead in a circle. */
const MOST_LINKS = 16

/**
 * Makes the folder of a journal file, and checks folder and file before the lock is taken. A link is followed: two names of
 * one journal must have one lock, and the link must stay.
 *
 * @returns the path of the file itself
 * @throws JournalError for a folder that cannot be made or written, that belongs to another user or that every user may
 *   write, and for what is no file
 */
export async function prepareJournalPlace(
  path: string,
  files: Files = nodeFiles,
  user: User = { uid: getuid?.() },
): Promise<string> {
  let file = path
  for (let links = 0; links <= MOST_LINKS; links += 1) {
    await prepareFolder(dirname(file), files, user)
    const target = await nodeFiles.readlink(file).catch(() => null)
    if (target === null) {
      await checkFile(file, files)
      return file
    }
    file = resolve(await nodeFiles.realpath(dirname(file)), target)
  }
  throw new JournalError('The journal is a link that leads in a circle.', {
    journal: path,
    do: 'pass the path of a file',
  })
}

/** A user who may write in the folder of a link could lead the next process to another journal. */
async function prepareFolder(folder: string, files: Files, user: User): Promise<void> {
  try {
    await makeFolder(folder, files.mkdir)
  } catch (error) {
    throw placeError('The folder for the journal of transactions in flight cannot be made.', { folder }, error)
  }
  await checkOwner(folder, user)
}

async function checkFile(file: string, files: Files): Promise<void> {
  const there = await nodeFiles.lstat(file).catch(() => null)
  if (there && !there.isFile())
    throw new JournalError('The journal is no file.', { journal: file, do: 'pass the path of a file, or of none yet' })
  const folder = dirname(file)
  try {
    await (files.access ?? nodeFiles.access)(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw placeError('The folder for the journal of transactions in flight cannot be written.', { folder }, error)
  }
}

/** The error for a place of the journal that does not serve; the system's code is its reason. */
export function placeError(sentence: string, facts: Record<string, string>, cause: unknown): JournalError {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : String(cause)
  return new JournalError(sentence, { ...facts, reason: code, do: ADVICE }, { cause })
}

async function checkOwner(folder: string, { uid: own }: User): Promise<void> {
  if (own === undefined) return
  const { uid, mode } = await nodeFiles.stat(folder)
  const facts = {
    folder,
    owner: `uid ${uid}`,
    'this process': `uid ${own}`,
    mode: (mode & 0o7777).toString(8).padStart(4, '0'),
  }
  if (uid !== own && uid !== ROOT)
    throw new JournalError('The folder of the journal belongs to another user.', { ...facts, do: ADVICE })
  if ((mode & OTHERS_WRITE) !== 0)
    throw new JournalError('Every user may write in the folder of the journal.', {
      ...facts,
      do: `chmod 700 ${folder}, or ${ADVICE}`,
    })
}
