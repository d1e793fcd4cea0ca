import type { Logger } from '../base/logger.ts'
import type { NonceReader } from './journal-loss.ts'
import type { JournalRepair } from './journal-repair.ts'
import type { Journal, JournalRecord } from './journal.types.ts'

export type JournalOwner = { chainId: bigint; wallet: string }

/** A journal file. `genesis`: hash of the chain's first block. */
export type JournalPlace = JournalOwner & { path?: string | undefined; genesis?: string | undefined }

/**
 * The journals of this platform. `#journals` in package.json names the file for Node, and the one for browsers and all else: no
 * bundler for browsers finds a module of Node.
 */
export type Journals = {
  /** Loads the code of the journal: after an update of the package a program that runs has the files of the version before no more. */
  load(): Promise<unknown>
  /** The journal of a broker that was given none; null where nothing outlives the program. */
  default(options: JournalOwner & { genesis: string | undefined; logger: Logger }): Promise<Journal | null>
  /** @throws JournalError on platforms without files, as the next three reject */
  stateDirectory(): string
  openFile(options: JournalPlace & { logger?: Logger | undefined }): Promise<Journal>
  recordsIn(options: JournalPlace): Promise<JournalRecord[]>
  openRepair(options: JournalPlace & { nonces: NonceReader }): Promise<JournalRepair>
}
