import type { Logger } from '../base/logger.ts'
import { closingIn, foldRecords } from './journal-fold.ts'
import type { ClosingIntention, Journal, JournalEntry, JournalRecord } from './journal.types.ts'
import type { NonceReader } from './journal-loss.ts'
import type { JournalRepair } from './journal-repair.ts'
import { memoryJournal } from './memory-journal.ts'

export type JournalOwner = { chainId: bigint; wallet: string }
type JournalPlace = JournalOwner & { path?: string | undefined; genesis?: string | undefined }

/** A file in Node, memory elsewhere: code that needs a file system is loaded only in Node. */
export async function defaultJournal(
  options: JournalOwner & { genesis: string | undefined; logger: Logger },
): Promise<Journal> {
  return isNode() ? openFileJournal(options) : memoryJournal()
}

/**
 * The journal file of one wallet on one chain.
 *
 * @param options.path where it is; in the user's state directory by default
 * @param options.genesis hash of the chain's first block: a local chain that was started anew gets a journal of its own
 */
export async function openFileJournal(
  options: JournalOwner & { path?: string; genesis?: string | undefined; logger?: Logger },
): Promise<Journal> {
  const [{ fileJournal }, { journalPath }] = await Promise.all([
    import('./file-journal.ts'),
    import('./state-directory.ts'),
  ])
  const { chainId, wallet, path = journalPath(chainId, wallet), genesis, logger } = options
  return fileJournal(path, { genesis, ...(logger && { logger }) })
}

/**
 * The intents in a wallet's journal file, oldest first. Another process may be writing the file.
 *
 * @param options.genesis hash of the chain's first block: the journal of another chain with the same id counts as empty
 */
export async function readFileJournal(options: JournalPlace): Promise<JournalEntry[]> {
  return foldRecords(await recordsOf(options))
}

/** The open closing in a wallet's journal file, whichever process began it; null where there is none. */
export async function readFileClosing(options: JournalPlace): Promise<ClosingIntention | null> {
  return closingIn(await recordsOf(options))
}

/**
 * Locks a wallet's journal file and says what its damage has lost; `write` repairs it.
 *
 * @throws LockedError while another process has it, JournalError for a place that does not serve, ReadError
 */
export async function openJournalRepair(options: JournalPlace & { nonces: NonceReader }): Promise<JournalRepair> {
  const [{ openRepair }, { journalPath }] = await Promise.all([
    import('./journal-repair.ts'),
    import('./state-directory.ts'),
  ])
  const { chainId, wallet, path = journalPath(chainId, wallet), genesis, nonces } = options
  return openRepair({ path, genesis, nonces })
}

async function recordsOf({ chainId, wallet, path, genesis }: JournalPlace): Promise<JournalRecord[]> {
  const [{ readRecords }, { journalPath }] = await Promise.all([
    import('./file-journal.ts'),
    import('./state-directory.ts'),
  ])
  return readRecords(path ?? journalPath(chainId, wallet), genesis)
}

function isNode(): boolean {
  const { process } = globalThis as { process?: { versions?: { node?: string } } }
  return typeof process?.versions?.node === 'string'
}
