import { autoFundingEvents } from '../../machines/auto-funding/auto-funding.events.ts'
import type { Decision } from '../../machines/auto-funding/plan.types.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { FundedAccount, FundedAccounts } from './funded-accounts.ts'
import type { Plan } from './plan.ts'

/** Sends each decision of a plan to the chart of its sub-account, and keeps the newest plan. */
export type Dispatch = {
  send(plan: Plan): void
  /** Keeps a plan that decides what the last one did: no chart needs to hear of it. */
  keep(plan: Plan): void
  /** The newest plan; null before the first. */
  latest(): Plan | null
  /** What the newest plan decides about a sub-account. */
  decisionOf(id: SubAccountId): Decision | undefined
}

export function createDispatch(accounts: FundedAccounts): Dispatch {
  let latest: Plan | null = null
  return {
    send(plan) {
      latest = plan
      for (const decision of plan.decisions) {
        const account = accounts.get(decision)
        if (account) sendDecision(account, plan, decision)
      }
    },
    keep(plan) {
      latest = plan
    },
    latest: () => latest,
    decisionOf: (id) => latest?.decisions.find((one) => keyOf(one) === keyOf(id)),
  }
}

function sendDecision({ chart, policy }: FundedAccount, { position }: Plan, decision: Decision): void {
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
