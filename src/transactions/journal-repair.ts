import { constants } from 'node:fs'
import * as nodeFiles from 'node:fs/promises'
import { resolve } from 'node:path'
import { JournalError } from '../base/errors.ts'
import { examineJournal, isDamaged, type JournalExamination } from './journal-damage.ts'
import { checkIsFile, ifThere, replaceJournalFile, syncFolderOf } from './journal-file.ts'
import { lossOf, repairedRecords, type JournalLoss, type NonceReader } from './journal-loss.ts'
import { placeError, prepareJournalPlace } from './journal-place.ts'
import { encodeJournal, isOf } from './journal-text.ts'
import { lockJournal } from './journal-lock.ts'

/** The repair of a journal file. Until it is disposed no other process takes the journal. */
export type JournalRepair = AsyncDisposable & {
  /** The path of the file. */
  journal: string
  /** What is lost; null where the journal is whole. */
  loss: JournalLoss | null
  /**
   * Keeps the damaged file under a name with its time, and puts a file with all that could be read in its place.
   *
   * @returns the path of the damaged file
   * @throws JournalError where the journal is whole, or was changed since it was examined
   */
  write(): Promise<string>
}

export type JournalRepairOptions = {
  path: string
  genesis: string | undefined
  nonces: NonceReader
}

/**
 * Locks a journal file and examines it. It changes nothing yet.
 *
 * @throws LockedError while another process has the journal, JournalError for a place that does not serve, ReadError
 */
export async function openRepair({ path, genesis, nonces }: JournalRepairOptions): Promise<JournalRepair> {
  const journal = await prepareJournalPlace(resolve(path))
  const lock = await lockJournal(journal)
  try {
    const bytes = await bytesOf(journal)
    const examination = bytes && examineJournal(bytes)
    const loss = examination && needsRepair(examination, genesis) ? await lossOf(examination, nonces) : null
    return {
      journal,
      loss,
      async write() {
        if (!bytes || !examination || !loss)
          throw new JournalError('The journal is not damaged.', { journal, do: 'nothing: it can be used as it is' })
        if (!(await bytesOf(journal))?.equals(bytes))
          throw new JournalError('The journal was changed meanwhile.', { journal, do: 'begin the repair anew' })
        const now = Date.now()
        const kept = `${journal}.${new Date(now).toISOString().replaceAll(':', '-')}.damaged`
        await keep(journal, kept)
        const repaired = encodeJournal(repairedRecords(examination, loss, now), genesis)
        const file = await replaceJournalFile(journal, Buffer.from(repaired), nodeFiles)
        await file.close()
        throwUnlessDurable(file.doubt())
        return kept
      },
      [Symbol.asyncDispose]: () => lock.release(),
    }
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** Another chain's journal is put aside as it is when the journal is opened. */
function needsRepair(examination: JournalExamination, genesis: string | undefined): boolean {
  return isDamaged(examination) && (examination.chain === null || isOf(genesis, examination.chain))
}

/** The journal stays at its path meanwhile: a crash leaves either file there. */
async function keep(journal: string, kept: string): Promise<void> {
  await nodeFiles.copyFile(journal, kept, constants.COPYFILE_EXCL)
  const copy = await nodeFiles.open(kept, 'r+')
  try {
    await copy.sync()
  } finally {
    await copy.close()
  }
  throwUnlessDurable(await syncFolderOf(kept, nodeFiles))
}

function throwUnlessDurable(doubt: Error | null): void {
  if (doubt) throw doubt
}

async function bytesOf(path: string): Promise<Buffer | null> {
  await checkIsFile(path, nodeFiles.lstat)
  try {
    return await ifThere(() => nodeFiles.readFile(path))
  } catch (error) {
    throw placeError('The journal of transactions in flight cannot be read.', { journal: path }, error)
  }
}
