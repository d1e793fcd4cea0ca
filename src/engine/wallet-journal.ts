import type { Logger } from '../base/logger.ts'
import type { Connected } from '../chain/connect.ts'
import { defaultJournal } from '../transactions/default-journal.ts'
import type { Journal } from '../transactions/journal.types.ts'
import { memoryJournal } from '../transactions/memory-journal.ts'

export function journalOf(
  { chainId, wallet, genesis }: Pick<Connected, 'chainId' | 'wallet' | 'genesis'>,
  logger: Logger,
): Promise<Journal | null> {
  return defaultJournal({ chainId, wallet, genesis, logger })
}

/** Brokers of one wallet in one program share its lane. */
export const forgetfulJournal = (): Journal => ({ ...memoryJournal(), place: 'memory' })
