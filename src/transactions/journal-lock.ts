import { JournalError } from '../base/errors.ts'
import { LockedError } from '../base/sending-errors.ts'
import { lockFile, type LockErrors, type ProcessLock } from '../locks/process-lock.ts'

/**
 * Locks a journal against every other process: one sends for a wallet.
 *
 * @throws LockedError with the holder's process id, JournalError where the folder cannot hold a socket
 */
export const lockJournal = (journal: string): Promise<ProcessLock> => lockFile(journal, errors)

const errors: LockErrors = {
  taken: (journal, { process, isOwn }) =>
    new LockedError(
      isOwn
        ? 'Another broker of this process sends transactions for this wallet.'
        : 'Another process sends transactions for this wallet.',
      {
        process,
        journal,
        do: isOwn
          ? 'use that broker, or close it first: two senders would take the same nonces'
          : 'stop it first, or use its broker: two senders would take the same nonces',
      },
    ),
  unusable: (folder, reason, cause) =>
    new JournalError(
      'The folder of the journal cannot hold the lock of this wallet.',
      {
        folder,
        reason,
        do: 'set XDG_STATE_HOME to a folder on a local file system, or pass a journal to createBroker',
      },
      { cause },
    ),
}
