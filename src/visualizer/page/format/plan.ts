import type { SubAccountState } from '../../protocol.ts'
import { inOg, minus, type Wei } from './amounts.ts'
import { clock } from './durations.ts'
import { reasonWords } from './words.ts'

/** A number of the plan, and where it comes from. */
export type Term = { name: string; wei: Wei; note: string | null }

/** The numbers from which the amount follows, as rows of a sum. */
export function termsOf({ account, plan, autoFunding }: SubAccountState): Term[] {
  if (!plan) return []
  const available = account?.available ?? '0'
  const fee = autoFunding?.unsettledFee ?? '0'
  const buffer = minus(plan.required, fee)
  const required =
    BigInt(fee) > 0n && BigInt(buffer) > 0n
      ? `${inOg(fee)} served and not charged yet + ${inOg(buffer)} to keep`
      : 'what must be available'
  return [
    { name: 'Required', wei: plan.required, note: required },
    {
      name: 'Fill up to',
      wei: plan.target,
      note: plan.target === plan.required ? 'the same' : 'once it is below required',
    },
    { name: 'Available', wei: available, note: account ? 'balance − pending refund' : 'it does not exist' },
    {
      name: 'Missing',
      wei: plan.deficit,
      note: BigInt(plan.deficit) > 0n ? `${inOg(plan.target)} − ${inOg(available)}` : 'available ≥ required',
    },
  ]
}

/** The plan in sentences: what will be done, or why nothing will. */
export function explanationOf({ plan, autoFunding }: SubAccountState, dryRun: boolean): string[] {
  if (!plan) return ['There is no plan for it yet.']
  const { action, amount, fromRefund, missing, reason } = plan
  const sentences: string[] = []
  if (action === 'hold') {
    sentences.push(reason === null ? 'Nothing is due.' : reasonWords(reason).long)
    if (missing !== null) sentences.push(`${inOg(missing)} OG more would be needed to do it.`)
  } else {
    const verb = action === 'propose' ? 'Once it is approved, it' : dryRun ? 'With auto-funding on it' : 'It'
    const less = BigInt(amount ?? 0) < BigInt(plan.deficit) ? ', which is all that the limits and the ledger allow' : ''
    sentences.push(`${verb} gets ${inOg(amount ?? '0')} OG${less}.`)
  }
  if (fromRefund !== null && fromRefund !== '0')
    sentences.push(`${inOg(fromRefund)} OG of it come out of its pending refund and cost the ledger nothing.`)
  if (autoFunding?.failure)
    sentences.push(
      `The last top-up failed (${autoFunding.failure.count} in a row, ${clock(autoFunding.failure.at * 1_000)}): ${autoFunding.failure.message}`,
    )
  if (autoFunding?.feeError) sentences.push(`Its unsettled fee could not be read again: ${autoFunding.feeError}`)
  return sentences
}

/** The limits of a top-up in sentences; empty without limits. */
export function limitsOf({ plan }: SubAccountState, now: number): string[] {
  if (!plan) return []
  const { maxTopUp, budgetLeft, coolingUntil, ledgerReserve } = plan.limits
  return [
    ...(maxTopUp === null ? [] : [`At most ${inOg(maxTopUp)} OG in one top-up.`]),
    ...(budgetLeft === null ? [] : [`${inOg(budgetLeft)} OG are left of its budget in this window.`]),
    ...(ledgerReserve === '0' ? [] : [`${inOg(ledgerReserve)} OG stay in the ledger.`]),
    ...(coolingUntil > now ? [`Nothing before ${clock(coolingUntil * 1_000)}: the last top-up is fresh.`] : []),
  ]
}
