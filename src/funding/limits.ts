import { firstDayLeft, type FirstDay } from '../../machines/auto-funding/first-day.policy.ts'
import type { SpendingWindow } from '../../machines/auto-funding/auto-funding.limits.ts'
import type { Limits } from '../../machines/auto-funding/plan.types.ts'
import type { Position, SubAccountPosition } from '../../machines/position.types.ts'
import { max, min } from '../../machines/wei.ts'
import { weiToOg } from '../base/amounts.ts'
import { contractRefusal } from '../base/contract-refusals.ts'
import { BudgetExhaustedError, RefundPendingError } from '../base/sending-errors.ts'
import { InsufficientGasError } from '../base/not-sent-errors.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'

/** Limits of one caller, beside those of auto-funding. Amounts in wei; null is no limit. */
export type OwnLimits = { maxTopUp: bigint | null; budget: SpendingWindow | null }

/** What limits a transfer that is decided on at a position. Amounts in wei; null is no limit. */
export type TransferLimits = {
  own: Limits
  /** What a new provider may still get; null for one that is not new, and for an amount that the user named. */
  firstDay: FirstDay | null
  /** What the budget of all providers together leaves. */
  common: bigint | null
  /** The wallet's balance and what it keeps for the way out; null while the price of gas is unknown. */
  gas: { balance: bigint; reserve: bigint } | null
}

export type LimitsOf = (id: SubAccountId, position: Position, own?: OwnLimits) => TransferLimits

/** Where a transfer on demand would go. Amounts in wei; `available` is what the ledger has free. */
export type Situation = {
  wallet: string
  provider: string
  account: SubAccountPosition | undefined
  /** Null without a ledger. */
  ledger: { available: bigint } | null
  limits: TransferLimits
  onPendingRefund?: 'hold' | 'reuse' | undefined
}

/** The most that `checkLimits` lets pass, in wei. */
export function mostAllowed({ account, ledger, limits: { own, common, firstDay } }: Situation): bigint {
  const free = (ledger?.available ?? 0n) - own.ledgerReserve
  const affordable = max(free, 0n) + (account?.pendingRefund ?? 0n)
  return min(affordable, own.maxTopUp, own.budgetLeft, common, firstDay && firstDayLeft(firstDay))
}

/**
 * Holds a transfer on demand to the limits of auto-funding and to what the ledger has.
 *
 * @throws RefundPendingError, BudgetExhaustedError, InsufficientGasError, ContractError of a missing or a short ledger
 */
export function checkLimits(situation: Situation, amount: bigint): void {
  const { wallet, provider, account, ledger, limits, onPendingRefund } = situation
  const { own, common, gas } = limits
  const facts = { provider, amount: og(amount) }
  const pending = account?.pendingRefund ?? 0n
  if (pending > 0n && onPendingRefund !== 'reuse')
    throw new RefundPendingError('A refund is pending there, and a transfer would undo it.', {
      ...facts,
      'pending refund': og(pending),
      do: "pass { onPendingRefund: 'reuse' } to take from it",
    })
  if (own.maxTopUp !== null && own.maxTopUp < amount)
    throw new BudgetExhaustedError('One top-up may not send that much (maxTopUp).', {
      ...facts,
      maxTopUp: og(own.maxTopUp),
    })
  for (const left of [own.budgetLeft, common])
    if (left !== null && left < amount)
      throw new BudgetExhaustedError('The budget of this window does not allow it.', { ...facts, left: og(left) })
  checkFirstDay(limits, facts, amount)
  const fromLedger = amount - pending
  if (fromLedger > 0n) checkLedger(fromLedger)
  if (gas && gas.balance <= gas.reserve)
    throw new InsufficientGasError('The wallet has no more gas than it keeps for the way out.', {
      ...facts,
      balance: og(gas.balance),
      keeps: og(gas.reserve),
      do: 'send OG to the wallet',
    })

  function checkLedger(required: bigint): void {
    const operation = 'transferFund'
    if (!ledger) throw contractRefusal({ operation, errorName: 'LedgerNotExists', errorArgs: { user: wallet } })
    const available = max(ledger.available, 0n)
    if (own.ledgerReserve > 0n && available - required < own.ledgerReserve)
      throw new BudgetExhaustedError('The ledger has no more than its reserve.', {
        ...facts,
        available: og(available),
        ledgerReserve: og(own.ledgerReserve),
      })
    if (available < required)
      throw contractRefusal({
        operation,
        errorName: 'InsufficientAvailableBalance',
        errorArgs: { available, required },
      })
  }
}

/** @throws BudgetExhaustedError for more than a new provider gets within a day */
function checkFirstDay({ firstDay }: TransferLimits, facts: Record<string, string>, amount: bigint): void {
  if (!firstDay || firstDayLeft(firstDay) >= amount) return
  const { limit, given, until } = firstDay
  throw new BudgetExhaustedError('The provider is new, and a new one gets no more within a day (firstDay).', {
    ...facts,
    limit: og(limit),
    given: og(given),
    until: until === null ? 'a day after its first charge' : new Date(until * 1_000).toISOString(),
    do: 'name the amount, or start auto-funding with a higher firstDay',
  })
}

const og = (wei: bigint): string => `${weiToOg(wei)} OG`
