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

/** @param onSend called once a plan is sent: what it says about the ledger goes elsewhere */
export function createDispatch(accounts: Pick<FundedAccounts, 'get'>, onSend: (plan: Plan) => void): Dispatch {
  return new PlanDispatch(accounts, onSend)
}

class PlanDispatch implements Dispatch {
  readonly #accounts: Pick<FundedAccounts, 'get'>
  readonly #onSend: (plan: Plan) => void
  #latest: Plan | null = null

  constructor(accounts: Pick<FundedAccounts, 'get'>, onSend: (plan: Plan) => void) {
    this.#accounts = accounts
    this.#onSend = onSend
  }

  send(plan: Plan): void {
    this.#latest = plan
    for (const decision of plan.decisions) {
      const account = this.#accounts.get(decision)
      if (account) sendDecision(account, plan, decision)
    }
    this.#onSend(plan)
  }

  keep(plan: Plan): void {
    this.#latest = plan
  }

  latest(): Plan | null {
    return this.#latest
  }

  decisionOf(id: SubAccountId): Decision | undefined {
    return this.#latest?.decisions.find((one) => keyOf(one) === keyOf(id))
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
