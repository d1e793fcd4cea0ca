import { subAccountView, type SubAccountView } from '../../../machines/index.ts'
import { keyOf, type SubAccountId } from '../../base/sub-account-key.ts'
import type { AutoFundingStatus, Broker, ClosingStatus, Decision, PendingRefund, Plan, Position } from '../../index.ts'
import type { DepositView } from './deposit-lines.ts'

/** Everything that a command shows of one block. */
export type PositionView = {
  position: Position
  accounts: readonly AccountView[]
  refunds: readonly PendingRefund[]
  /** How far closing the ledger has come; null where it is not being closed. */
  closing: ClosingStatus | null
  /** Null where no deposits were asked for. */
  deposit: DepositView | null
}

export type AccountView = SubAccountView & {
  decision: Decision | null
  /** Null where auto-funding is not on in this process. */
  autoFunding: AutoFundingStatus | null
}

/** A position with what actors and plan say about the ledger and each sub-account. */
export function viewOf(
  broker: Broker,
  { position, decisions, deposit }: Pick<Plan, 'position' | 'decisions' | 'deposit'>,
): PositionView {
  const statuses = [...broker.inference.autoFundingStatus(), ...broker.fineTuning.autoFundingStatus()]
  const decisionOf = byKey(decisions)
  const statusOf = byKey(statuses)
  const accounts = subAccountViews(broker).map((view) => {
    const decision = decisionOf.get(keyOf(view)) ?? null
    return { ...view, ...gradedBy(decision), decision, autoFunding: statusOf.get(keyOf(view)) ?? null }
  })
  const { ledger } = broker
  return {
    position,
    accounts,
    refunds: ledger.refundsAt(position),
    closing: ledger.closingStatus(),
    deposit: deposit ? { decision: deposit, status: ledger.autoDepositStatus() } : null,
  }
}

/** A dry run may grade an existing sub-account by other terms than its actor did. */
function gradedBy(decision: Decision | null): Partial<Pick<SubAccountView, 'state' | 'required'>> {
  if (!decision || decision.state === 'none') return {}
  return { state: decision.state, required: `${decision.required}` }
}

/** A position as one line of JSON. */
export function recordOf({ position, accounts, refunds, closing, deposit }: PositionView): object {
  const { block, wallet, ledger, elsewhere } = position
  const subAccounts = accounts.map(accountRecord)
  const more = { ...(elsewhere && { elsewhere }), ...(closing && { closing }), ...(deposit && depositRecord(deposit)) }
  return { type: 'position', block, wallet, ledger, subAccounts, refunds, ...more }
}

function depositRecord({ decision, status }: DepositView): object {
  return { deposit: decision, ...(status && { autoDeposit: status }) }
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
  const { target, deficit, burnRate, runway, anomaly, firstDay, claim, reclaim } = decision
  const seen = { ...(anomaly && { anomaly }), ...(firstDay && { firstDay }) }
  const moves = { ...(claim && { claim }), ...(reclaim && { reclaim }) }
  const row = { target, deficit, burnRate, runway, ...seen, ...moves }
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
