import { InvalidInputError } from '../base/errors.ts'
import type { JournalOwner } from './journals.types.ts'

/**
 * Without the chain's id, wallets of two chains would share one journal.
 *
 * @throws InvalidInputError where the id or the wallet is missing
 */
export function checkJournalOwner(subject: string, { chainId, wallet }: Partial<JournalOwner>): void {
  const missing = chainId === undefined ? 'chainId' : 'wallet'
  if (chainId !== undefined && wallet !== undefined) return
  throw new InvalidInputError(`${subject} needs the id of the chain and the wallet.`, { missing })
}
