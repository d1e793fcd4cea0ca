import { autoFundingEvents } from '../../machines/auto-funding/auto-funding.events.ts'
import type { Decision } from '../../machines/auto-funding/plan.types.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { FundedAccount } from './funded-accounts.ts'
import { decisionIn, type Plan } from './planner.ts'

export type Dispatch = {
  /** Tells each actor the plan's decision about its account. The plan is the latest one from then on. */
  send(plan: Plan): void
  latest(): Plan | null
  /** What the latest plan decides about a sub-account. */
  decisionOf(id: SubAccountId): Decision | undefined
}

/** Hands the decisions of each plan to the auto-funding actors. */
export function createDispatch(accounts: ReadonlyMap<string, FundedAccount>): Dispatch {
  let latest: Plan | null = null

  return {
    send(plan) {
      latest = plan
      for (const decision of plan.decisions) {
        const account = accounts.get(keyOf(decision))
        if (account) tell(account, plan, decision)
      }
    },
    latest: () => latest,
    decisionOf: (id) => (latest ? decisionIn(latest, id) : undefined),
  }
}

function tell({ actor, policy }: FundedAccount, { position }: Plan, decision: Decision): void {
  const { value, context } = actor.getSnapshot()
  // Most of the time nothing changes, and most actors have nothing to hear.
  if (value === 'watching' && context.reason === 'sufficient' && isSufficient(decision)) return
  const progress = {
    settledFrom: value === 'settling' ? (context.lastTopUp?.blockNumber ?? null) : null,
    proposed: value === 'awaitingApproval' && context.amount !== null ? BigInt(context.amount) : null,
    expiresAt: context.decidedAt + policy.approvalTimeout,
  }
  for (const event of autoFundingEvents(position, progress, decision)) actor.send(event)
}

function isSufficient(decision: Decision): boolean {
  return decision.action === 'hold' && decision.reason === 'sufficient'
}
