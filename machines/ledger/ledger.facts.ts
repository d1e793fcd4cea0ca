import type { Position, Wei } from '../position.types.ts'
import type { ClosingStep, LedgerEvent, LedgerFact, LedgerReading } from './ledger.types.ts'

/**
 * The ledger of a position as a reading. `step` is what closing does next; null while the ledger is not being closed.
 *
 * @example
 * show(ledgerReadingOf(position, null).exists)
 */
export function ledgerReadingOf({ ledger, block }: Position, step: ClosingStep | null): LedgerReading {
  const { available = 0n, total = 0n, locked = 0n } = ledger ?? {}
  return {
    exists: ledger !== null,
    available: wei(available),
    total: wei(total),
    locked: wei(locked),
    step: ledger && step,
    block: block.number,
  }
}

/**
 * The fact that a reading shows of a ledger, whatever state the ledger was in before.
 *
 * @example
 * show(gradeLedger(ledgerReadingOf(position, null))) // 'ledger.opened'
 */
export function gradeLedger({ exists, step }: Pick<LedgerReading, 'exists' | 'step'>): LedgerFact {
  if (!exists) return 'ledger.gone'
  switch (step?.type) {
    case undefined:
      return 'ledger.open'
    case 'revoke':
      return 'tokens.revocable'
    case 'retrieve':
      return 'funds.retrievable'
    case 'wait':
    case 'stuck':
      return 'refunds.locked'
    case 'withdraw':
      return 'funds.home'
    case 'delete':
      return 'ledger.empty'
  }
}

/**
 * The facts, in order, that lead a chart from `before` to this reading. A poll may miss transactions in between: the
 * facts of those that must have happened are stated as well, so that every edge is a real transaction.
 *
 * @param before the fact that the last reading ended in; `ledger.gone` before the first reading of a ledger
 *
 * @example
 * for (const event of ledgerFacts('ledger.gone', ledgerReadingOf(position, null))) show(event)
 */
export function ledgerFacts(before: LedgerFact, reading: LedgerReading): LedgerEvent[] {
  const now = gradeLedger(reading)
  if (before === 'ledger.gone' && now === 'ledger.gone') return []
  return [...missedFacts(before, now), now].map((type) => ({ type, reading }))
}

function missedFacts(before: LedgerFact, now: LedgerFact): LedgerFact[] {
  // Closing begins with a ledger that is open.
  if (before === 'ledger.gone') return now === 'ledger.open' ? [] : ['ledger.open']
  switch (now) {
    case 'ledger.gone': // refunds return to the ledger before it is withdrawn
      return isReturning(before) ? ['funds.home'] : []
    case 'funds.retrievable': // a deposit into an empty ledger was transferred to a sub-account
      return before === 'ledger.empty' ? ['funds.home'] : []
    case 'refunds.locked': // a refund is requested before it is locked
      if (before === 'ledger.empty') return ['funds.home', 'funds.retrievable']
      return before === 'funds.home' ? ['funds.retrievable'] : []
    case 'ledger.empty': // only a provider can charge the last of it, from its sub-account
      return before === 'funds.home' ? ['funds.retrievable'] : []
    default:
      return []
  }
}

const isReturning = (fact: LedgerFact): boolean =>
  fact === 'tokens.revocable' || fact === 'funds.retrievable' || fact === 'refunds.locked'

const wei = (amount: bigint): Wei => `${amount}`
