import { journals } from '#journals'
import { anything, checkOptions, isText, type Fields } from '../base/check-options.ts'
import type { Logger } from '../base/logger.ts'
import { closingIn, foldRecords } from './journal-fold.ts'
import type { ClosingIntention, Journal, JournalEntry } from './journal.types.ts'
import { checkJournalOwner } from './journal-owner.ts'
import type { JournalOwner, JournalPlace } from './journals.types.ts'

const placeFields: Fields<JournalPlace> = { chainId: anything, wallet: isText, path: isText, genesis: isText }

/**
 * Where programs of this user keep their state (XDG Base Directory; Application Support; Local AppData).
 *
 * @throws JournalError for a user without a home, for a folder that depends on where the process is started, and in a browser
 *
 * @example
 * show(await stateDirectory()) // '/home/me/.local/state/og-ledger'
 */
export function stateDirectory(): string {
  return journals.stateDirectory()
}

/**
 * The journal file of one wallet on one chain.
 *
 * @param options.path where it is; in the user's state directory by default
 * @param options.genesis hash of the chain's first block: a local chain that was started anew gets a journal of its own
 * @throws JournalError in a browser
 *
 * @example
 * const journal = await openFileJournal({ chainId: 16661n, wallet, path: '/var/lib/app/wallet.journal' })
 * await createBroker({ signer, journal })
 */
export async function openFileJournal(
  options: JournalOwner & { path?: string; genesis?: string | undefined; logger?: Logger },
): Promise<Journal> {
  checkOptions('openFileJournal', options, { ...placeFields, logger: anything })
  checkJournalOwner('openFileJournal', options)
  return journals.openFile(options)
}

/**
 * The intents in a wallet's journal file, oldest first. Another process may be writing the file.
 *
 * @param options.genesis hash of the chain's first block: the journal of another chain with the same id counts as empty
 *
 * @example
 * const entries = await readFileJournal({ chainId: 16661n, wallet })
 * show(entries)
 */
export async function readFileJournal(options: JournalPlace): Promise<JournalEntry[]> {
  checkOptions('readFileJournal', options, placeFields)
  checkJournalOwner('readFileJournal', options)
  return foldRecords(await journals.recordsIn(options))
}

/**
 * The open closing in a wallet's journal file, whichever process began it; null where there is none.
 *
 * @example
 * const closing = await readFileClosing({ chainId: 16661n, wallet })
 * show(closing?.id)
 */
export async function readFileClosing(options: JournalPlace): Promise<ClosingIntention | null> {
  checkOptions('readFileClosing', options, placeFields)
  checkJournalOwner('readFileClosing', options)
  return closingIn(await journals.recordsIn(options))
}
