import type { JournalPlace, Journals } from './journals.types.ts'
import { journalPath, stateDirectory } from './state-directory.ts'

/** Node keeps journals in files. Their code is loaded by a broker that sends while it opens, else at its first use. */
export const journals: Journals = {
  load: () => Promise.all([import('./file-journal.ts'), import('./journal-repair.ts')]),
  default: (options) => journals.openFile(options),
  stateDirectory,
  async openFile({ genesis, logger, ...place }) {
    const { fileJournal } = await import('./file-journal.ts')
    return fileJournal(pathOf(place), { genesis, ...(logger && { logger }) })
  },
  async recordsIn({ genesis, ...place }) {
    const { readRecords } = await import('./file-journal.ts')
    return readRecords(pathOf(place), genesis)
  },
  async openRepair({ genesis, nonces, ...place }) {
    const { openRepair } = await import('./journal-repair.ts')
    return openRepair({ path: pathOf(place), genesis, nonces })
  },
}

const pathOf = ({ chainId, wallet, path }: JournalPlace): string => path ?? journalPath(chainId, wallet)
