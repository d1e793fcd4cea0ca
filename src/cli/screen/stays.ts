import type { Position } from '../../index.ts'
import { og } from './words.ts'

/** What a withdrawal leaves: the money in sub-accounts, those of other service versions too, and how it comes home. */
export function staysInWords({
  ledger,
  subAccounts,
  elsewhere = [],
}: Pick<Position, 'ledger' | 'subAccounts' | 'elsewhere'>): { stays?: string } {
  if (!ledger || ledger.locked === 0n) return {}
  const holding = [...subAccounts, ...elsewhere].filter(({ balance }) => balance > 0n)
  const where = holding.length === 1 ? '1 sub-account' : `${holding.length} sub-accounts`
  const isAskedBack = holding.length > 0 && holding.every(({ balance, pendingRefund }) => balance === pendingRefund)
  const way = isAskedBack ? 'it is asked back, and claim brings it home after the lock' : 'retrieve asks it back'
  return { stays: `${og(ledger.locked)} in ${where}: ${way}` }
}
