import { journals } from '#journals'
import type { Logger } from '../base/logger.ts'
import type { Connected } from '../chain/connect.ts'
import type { Journal } from '../transactions/journal.types.ts'

export function journalOf(
  { chainId, wallet, genesis }: Pick<Connected, 'chainId' | 'wallet' | 'genesis'>,
  logger: Logger,
): Promise<Journal | null> {
  return journals.default({ chainId, wallet, genesis, logger })
}
