import type { NodeRefusal } from '../../machines/transaction/transaction.types.ts'
import { keyOf } from '../base/sub-account-key.ts'
import { fundingStatusOf, type StatusFacts } from '../managers/funding-status.ts'
import type { WalletStanding } from '../managers/standing.ts'
import type { Engine } from './engine.ts'

/** Collects what the parts of a broker say of themselves now: it makes no part and starts no actor. */
export function standingOf(engine: Engine): Omit<WalletStanding, 'endpoints'> {
  const { subAccounts, funding, closing, calendar } = engine
  const position = funding.dispatch.latest()?.position
  const facts = statusFactsOf(engine)
  return {
    subAccounts: subAccounts.snapshots(),
    autoFunding: funding.autoFunding.all().map((account) => fundingStatusOf(account, facts)),
    autoDeposit: funding.ledger.made?.autoDeposit.status() ?? null,
    closing: closing.made?.status() ?? null,
    refunds: position ? calendar.of(position) : [],
  }
}

/** How old all statuses are, and what nodes say of the transactions of sub-accounts. */
export function statusFactsOf({ positions, funding, lane }: Engine): StatusFacts {
  const { failingForMs } = positions.positions$.status
  const refusals = new Map<string, NodeRefusal>()
  for (const actor of lane?.transactions() ?? []) {
    const snapshot = actor.getSnapshot()
    const { subAccount, refusal } = snapshot.context
    if (subAccount && refusal && snapshot.hasTag('open')) refusals.set(keyOf(subAccount), refusal)
  }
  return {
    asOf: funding.dispatch.latest()?.block.timestamp ?? null,
    failingFor: failingForMs === null ? null : Math.floor(failingForMs / 1_000),
    refusals,
  }
}
