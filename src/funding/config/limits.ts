import type { FirstDayLimit } from '../../../machines/auto-funding/first-day.policy.ts'
import { toWei } from '../../base/amounts.ts'
import { describeValue } from '../../base/describe-value.ts'
import type { AutoFundingConfig } from './auto-funding-config.ts'
import { check, optionalAmount, positiveAmount } from './checks.ts'

/** In wei; the broker gives a soft one up for a sub-account at the provider's minimum. */
export type LedgerReserve = { ledgerReserve: bigint; reserveIsSoft: boolean }

/** The most that a new provider gets within a day. */
export function firstDayIn({ firstDay }: AutoFundingConfig): FirstDayLimit {
  if (firstDay === undefined) return 'usual'
  check(firstDay === 'off' || typeof firstDay !== 'string' || /^\d/.test(firstDay), 'firstDay is "off" or an amount.', {
    firstDay: describeValue(firstDay),
  })
  return firstDay === 'off' ? null : positiveAmount(firstDay, 'firstDay')
}

/** What stays in the ledger. */
export function reserveIn({ ledgerReserve }: AutoFundingConfig): LedgerReserve {
  if (typeof ledgerReserve !== 'object' || ledgerReserve === null)
    return { ledgerReserve: optionalAmount(ledgerReserve, 'ledgerReserve') ?? 0n, reserveIsSoft: false }
  const { amount, soft, ...others } = ledgerReserve
  check(Object.keys(others).length === 0, 'A ledgerReserve is { amount, soft }.', {
    ledgerReserve: Object.keys(ledgerReserve).join(', '),
  })
  check(typeof soft === 'boolean', 'soft of ledgerReserve is true or false.', { soft: String(soft) })
  return { ledgerReserve: toWei(amount, 'ledgerReserve.amount'), reserveIsSoft: soft }
}
