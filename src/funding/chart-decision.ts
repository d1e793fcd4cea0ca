import { autoFundingEvents } from '../../machines/auto-funding/auto-funding.events.ts'
import type { Decision } from '../../machines/auto-funding/plan.types.ts'
import type { FundedAccount } from './funded-accounts.ts'
import type { Plan } from './plan.ts'

/** Sends what a plan decides about a sub-account to its chart, as events. */
export function sendDecision({ chart, policy }: FundedAccount, { position }: Plan, decision: Decision): void {
  const { value, context } = chart.getSnapshot()
  // Most readings change nothing: a chart that watches a sufficient account needs no event.
  if (value === 'watching' && context.reason === 'sufficient' && isSufficient(decision)) return
  const standing = {
    settledFrom: value === 'settling' ? (context.lastTopUp?.blockNumber ?? null) : null,
    proposed: value === 'awaitingApproval' && context.amount !== null ? BigInt(context.amount) : null,
    expiresAt: context.decidedAt + policy.approvalTimeout,
  }
  for (const event of autoFundingEvents(position, standing, decision)) chart.send(event)
}

function isSufficient(decision: Decision): boolean {
  return decision.action === 'hold' && decision.reason === 'sufficient'
}
