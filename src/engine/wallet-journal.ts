import type { Logger } from '../base/logger.ts'
import type { Connected } from '../chain/connect.ts'
import { defaultJournal } from '../transactions/default-journal.ts'
import type { Journal } from '../transactions/journal.types.ts'

export function journalOf(
  { chainId, wallet, genesis }: Pick<Connected, 'chainId' | 'wallet' | 'genesis'>,
  logger: Logger,
): Promise<Journal | null> {
  return defaultJournal({ chainId, wallet, genesis, logger })
}
