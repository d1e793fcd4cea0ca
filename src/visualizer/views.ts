import type {
  Anomaly,
  AutoDepositContext,
  AutoFundingContext,
  Failure,
  Reading,
  TransactionContext,
  Wei,
} from '../../machines/index.ts'
import type {
  AutoFundingStatus,
  ClosingStatus,
  Decision,
  DepositDecision,
  Forecast,
  Position,
  SubAccountPosition,
} from '../index.ts'
import { safeMessage } from './safe-message.ts'
import { keyOf } from '../base/sub-account-key.ts'
import type * as page from './protocol.ts'

/** The page shows the deposits for so many days. */
const DAYS = [1, 7, 30]

export function accountOf(account: SubAccountPosition): page.AccountState {
  const { balance, pendingRefund, available, claimable, refunds, acknowledged, tokensRevoked } = account
  return {
    balance: wei(balance),
    pendingRefund: wei(pendingRefund),
    available: wei(available),
    claimable: wei(claimable),
    refunds: refunds.map(({ amount, createdAt, unlocksAt, claimable }) => ({
      amount: wei(amount),
      createdAt,
      unlocksAt,
      claimable,
    })),
    acknowledged,
    tokensRevoked,
  }
}

export function elsewhereOf({ elsewhere = [] }: Pick<Position, 'elsewhere'>): page.ElsewhereState[] {
  return elsewhere.map((one) => {
    const { provider, serviceType, service, lockTime } = one
    return { provider, serviceType, service, lockTime, ...accountOf(one) }
  })
}

export type Amounts = Pick<page.AccountState, 'balance' | 'pendingRefund' | 'available' | 'claimable'>

/** The amounts in an actor's last reading; null where the sub-account does not exist. */
export function amountsIn(reading: Reading | null): Amounts | null {
  if (!reading?.exists) return null
  const { balance, pendingRefund, claimable } = reading
  return { balance, pendingRefund, available: wei(BigInt(balance) - BigInt(pendingRefund)), claimable }
}

/** Refunds and acknowledgement come with the position; an actor's reading has the amounts alone. */
export function accountWith(amounts: Amounts | null, known: page.AccountState | null): page.AccountState | null {
  return amounts && { refunds: [], acknowledged: false, tokensRevoked: false, ...known, ...amounts }
}

export function ledgerOf({ ledger }: Position): page.State['ledger'] {
  if (!ledger) return null
  const { available, total, locked, additionalInfo } = ledger
  return { available: wei(available), total: wei(total), locked: wei(locked), additionalInfo }
}

export function closingOf(status: ClosingStatus | null): page.ClosingProgress | null {
  if (!status) return null
  const { state, until, home, locked, subAccounts, hold, failure } = status
  return {
    state,
    until,
    home: wei(home),
    locked: wei(locked),
    subAccounts,
    hold,
    failure: failure && safeFailure(failure),
  }
}

export function planOf(decision: Decision): page.PlanState {
  const { action, required, target, deficit, burnRate, runway, limits, firstDay, anomaly, reclaim } = decision
  const isHold = decision.action === 'hold'
  return {
    action,
    reason: isHold ? decision.reason : null,
    amount: isHold ? null : wei(decision.amount),
    fromRefund: isHold ? null : wei(decision.fromRefund),
    missing: isHold ? weiOrNull(decision.missing) : null,
    required: wei(required),
    target: wei(target),
    deficit: wei(deficit),
    burnRate: weiOrNull(burnRate),
    runway,
    anomaly: anomaly ? anomalyOf(anomaly) : null,
    firstDay: firstDay ? { limit: wei(firstDay.limit), given: wei(firstDay.given), until: firstDay.until } : null,
    limits: {
      maxTopUp: weiOrNull(limits.maxTopUp),
      budgetLeft: weiOrNull(limits.budgetLeft),
      coolingUntil: limits.coolingUntil,
      ledgerReserve: wei(limits.ledgerReserve),
    },
    ...(reclaim && { reclaim: { amount: wei(reclaim.amount), idleFrom: reclaim.idleFrom, wait: reclaim.wait } }),
  }
}

function anomalyOf(anomaly: Anomaly): page.AnomalyState {
  return anomaly.kind === 'fee'
    ? { ...anomaly, unsettledFee: wei(anomaly.unsettledFee), cap: wei(anomaly.cap) }
    : { ...anomaly, burn: wei(anomaly.burn), usual: wei(anomaly.usual) }
}

export function depositOf(decision: DepositDecision): page.DepositState {
  const { action, available, due, arriving, spare, trigger, target, deficit, runway, limits } = decision
  const isHold = decision.action === 'hold'
  return {
    action,
    reason: isHold ? decision.reason : null,
    amount: isHold ? null : wei(decision.amount),
    missing: isHold ? weiOrNull(decision.missing) : null,
    available: wei(available),
    due: wei(due),
    arriving: wei(arriving),
    spare: wei(spare),
    trigger: wei(trigger),
    target: wei(target),
    deficit: wei(deficit),
    runway,
    limits: {
      maxDeposit: weiOrNull(limits.maxDeposit),
      maxLedger: weiOrNull(limits.maxLedger),
      budgetLeft: weiOrNull(limits.budgetLeft),
      coolingUntil: limits.coolingUntil,
    },
  }
}

type Deposits = Omit<page.AutoDepositState, keyof page.ActorState | 'payerError'>

export function autoDepositOf(
  { reason, lastDeposit, deposits, paid, failure }: Omit<AutoDepositContext, 'wallet' | 'amount' | 'decidedAt'>,
  amount: Wei | null,
): Deposits {
  return { reason, amount, lastDeposit, deposits, paid, failure: failure && safeFailure(failure) }
}

type Funding = Omit<page.AutoFundingState, keyof page.ActorState | 'unsettledFee' | 'feeError'>

export function fundingOf(
  context: Omit<AutoFundingContext, keyof page.SubAccountRef | 'amount' | 'decidedAt'>,
  amount: Wei | null,
): Funding {
  const { reason, lastTopUp, topUps, paid, failure } = context
  return { reason, amount, lastTopUp, topUps, paid, failure: failure && safeFailure(failure) }
}

const safeFailure = (failure: Failure): Failure => ({ ...failure, message: safeMessage(failure.message) })

export function feeOf({ unsettledFee, feeError }: AutoFundingStatus) {
  return { unsettledFee: wei(unsettledFee), feeError: feeError === null ? null : safeMessage(feeError) }
}

export function transactionOf(context: TransactionContext): Omit<page.TransactionState, keyof page.ActorState> {
  const { id, nonce, operation, subAccount, amount, hash, hashes, blockNumber, gasUsed, reason, refusal } = context
  return {
    id,
    nonce,
    operation,
    subAccount: subAccount && keyOf(subAccount),
    amount,
    hash,
    hashes,
    blockNumber,
    gasUsed,
    reason: reason === null ? null : safeMessage(reason),
    refusal: refusal && safeMessage(refusal.message),
  }
}

export function forecastOf({ ledgerDryAt, gasDryAt, burnRate, depositFor }: Forecast): page.Forecast {
  const deposits = DAYS.map((days) => ({ days, amount: wei(depositFor(days)) }))
  return { ledgerDryAt, gasDryAt, burnRate: wei(burnRate), deposits }
}

export const wei = (amount: bigint): Wei => `${amount}`
const weiOrNull = (amount: bigint | null | undefined): Wei | null => (amount == null ? null : wei(amount))
