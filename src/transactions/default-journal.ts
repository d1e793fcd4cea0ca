import type { Logger } from '../logger.ts'
import { foldRecords, memoryJournal, type Journal, type JournalEntry } from './journal.ts'

export type JournalOwner = { chainId: bigint; wallet: string }

/** A file in Node, memory elsewhere. What needs a file system is loaded only where there is one. */
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

/** What a wallet's journal file holds, oldest first; may be read while another process writes it. */
export async function readFileJournal(options: JournalOwner & { path?: string }): Promise<JournalEntry[]> {
  const [{ readRecords }, { journalPath }] = await Promise.all([
    import('./file-journal.ts'),
    import('./state-directory.ts'),
  ])
  return foldRecords(await readRecords(options.path ?? journalPath(options.chainId, options.wallet)))
}

function isNode(): boolean {
  const { process } = globalThis as { process?: { versions?: { node?: string } } }
  return typeof process?.versions?.node === 'string'
}
