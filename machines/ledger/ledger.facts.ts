import type { Position, Wei } from '../position.types.ts'
import type { ClosingStep, LedgerEvent, LedgerFact, LedgerReading } from './ledger.types.ts'

/** The ledger of a position as a reading. `step` is what closing does next, null while nobody wants it closed. */
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

/** Where a reading leaves a ledger, whatever state it was in. */
export function gradeLedger({ exists, step }: LedgerReading): LedgerFact {
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
 * The facts that a chart must hear, in order, to come from `before` to this reading. A poll may have missed
 * transactions in between; those that must have happened are stated too, so that every edge is a real one.
 *
 * @param before the fact that the last reading ended in; `ledger.gone` for a ledger never seen
 */
export function ledgerFacts(before: LedgerFact, reading: LedgerReading): LedgerEvent[] {
  const now = gradeLedger(reading)
  if (before === 'ledger.gone' && now === 'ledger.gone') return []
  return [...missed(before, now), now].map((type) => ({ type, reading }))
}

function missed(before: LedgerFact, now: LedgerFact): LedgerFact[] {
  // Closing begins with a ledger that is open.
  if (before === 'ledger.gone') return now === 'ledger.open' ? [] : ['ledger.open']
  switch (now) {
    case 'ledger.gone': // what is on the way home is home before it is withdrawn
      return isUnderway(before) ? ['funds.home'] : []
    case 'funds.retrievable': // what came into an empty ledger was moved on
      return before === 'ledger.empty' ? ['funds.home'] : []
    case 'refunds.locked': // and is asked back before it is locked
      if (before === 'ledger.empty') return ['funds.home', 'funds.retrievable']
      return before === 'funds.home' ? ['funds.retrievable'] : []
    case 'ledger.empty': // only a provider can charge the last of it, from its sub-account
      return before === 'funds.home' ? ['funds.retrievable'] : []
    default:
      return []
  }
}

const isUnderway = (fact: LedgerFact): boolean =>
  fact === 'tokens.revocable' || fact === 'funds.retrievable' || fact === 'refunds.locked'

const wei = (amount: bigint): Wei => `${amount}`
