import type { Entry } from '../../protocol.ts'
import type { Wei } from '../format/amounts.ts'

/** A movement of money. Its ends are `wallet`, `ledger`, `provider`, or the key of a sub-account. */
export type Flow = { from: string; to: string; amount: Wei }

/** The movement that an entry shows: a mined transaction, or a charge that a reading shows. */
export function flowOf(entry: Entry): Flow | null {
  if (entry.kind === 'fact') {
    const isCharge = entry.fact !== 'balance.changed' && entry.fact !== 'account.gone' && BigInt(entry.change) < 0n
    return isCharge ? { from: entry.subject, to: 'provider', amount: `${-BigInt(entry.change)}` } : null
  }
  if (entry.kind !== 'transaction' || entry.value !== 'mined' || BigInt(entry.amount) === 0n) return null
  const { operation, subAccount, amount } = entry
  const ends = endsOf(operation, subAccount)
  return ends && { ...ends, amount }
}

function endsOf(operation: string, subAccount: string | null): { from: string; to: string } | null {
  switch (operation) {
    case 'addLedger':
    case 'depositFund':
      return { from: 'wallet', to: 'ledger' }
    case 'transferFund':
      return subAccount === null ? null : { from: 'ledger', to: subAccount }
    case 'refund':
      return { from: 'ledger', to: 'wallet' }
    default:
      return null
  }
}
