import { subAccountView, type SubAccountView } from '../../../machines/index.ts'
import { keyOf, type SubAccountId } from '../../base/sub-account-key.ts'
import type { AutoFundingStatus, Broker, ClosingStatus, Decision, PendingRefund, Position } from '../../index.ts'

/** Everything that a command shows of one block. */
export type PositionView = {
  position: Position
  accounts: readonly AccountView[]
  refunds: readonly PendingRefund[]
  /** How far closing the ledger has come; null where it is not being closed. */
  closing: ClosingStatus | null
}

export type AccountView = SubAccountView & {
  decision: Decision | null
  /** Null where auto-funding is not on in this process. */
  autoFunding: AutoFundingStatus | null
}

/** A position with what actors and plan say about each sub-account. */
export function viewOf(broker: Broker, position: Position, decisions: readonly Decision[]): PositionView {
  const statuses = [...broker.inference.autoFundingStatus(), ...broker.fineTuning.autoFundingStatus()]
  const decisionOf = byKey(decisions)
  const statusOf = byKey(statuses)
  const accounts = subAccountViews(broker).map((view) => ({
    ...view,
    decision: decisionOf.get(keyOf(view)) ?? null,
    autoFunding: statusOf.get(keyOf(view)) ?? null,
  }))
  return { position, accounts, refunds: broker.ledger.refundsAt(position), closing: broker.ledger.closingStatus() }
}

/** What auto-funding would decide at this position if it were on for every existing sub-account. */
export function dryRunDecisions(broker: Broker, position: Position): readonly Decision[] {
  return broker.planAt(position, { dryRun: true }).decisions
}

/** A position as one line of JSON. */
export function recordOf({ position, accounts, refunds, closing }: PositionView): object {
  const { block, wallet, ledger, elsewhere } = position
  const subAccounts = accounts.map(accountRecord)
  const more = { ...(elsewhere && { elsewhere }), ...(closing && { closing }) }
  return { type: 'position', block, wallet, ledger, subAccounts, refunds, ...more }
}

function accountRecord({ decision, autoFunding, ...view }: AccountView): object {
  const { provider: _, serviceType: __, ...status } = autoFunding ?? {}
  return {
    ...view,
    plan: decision && planRecord(decision),
    ...(autoFunding && { autoFunding: status }),
  }
}

function planRecord(decision: Decision): object {
  const { target, deficit, burnRate, runway, claim } = decision
  const row = { target, deficit, burnRate, runway, ...(claim && { claim }) }
  if (decision.action !== 'hold') {
    const { action, amount, fromRefund } = decision
    return { action, amount, ...(fromRefund > 0n && { fromRefund }), ...row }
  }
  const { action, reason, missing } = decision
  return { action, reason, ...(missing !== undefined && { missing }), ...row }
}

function subAccountViews(broker: Broker): SubAccountView[] {
  return broker.subAccounts().map((actor) => subAccountView(actor.getSnapshot()))
}

const byKey = <T extends SubAccountId>(all: readonly T[]): ReadonlyMap<string, T> =>
  new Map(all.map((one) => [keyOf(one), one]))
