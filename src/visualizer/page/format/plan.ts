import type { PlanState, ReclaimState, SubAccountState } from '../../protocol.ts'
import { inOg, minus, type Wei } from './amounts.ts'
import { sameClock, type ChainClock } from './chain-clock.ts'
import { clock, duration, moment } from './durations.ts'
import { reclaimWords } from './reclaim-holds.ts'
import { reasonWords } from './hold-reasons.ts'

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
export function explanationOf({ plan, autoFunding }: SubAccountState, dryRun: boolean, at = sameClock): string[] {
  if (!plan) return ['There is no plan for it yet.']
  const { action, amount, fromRefund, missing, reason } = plan
  const sentences: string[] = []
  if (action === 'hold') {
    sentences.push(reason === null ? 'Nothing is due.' : reasonWords(reason).long)
    sentences.push(...anomalySentences(plan, at))
    if (missing !== null) sentences.push(`${inOg(missing)} OG more would be needed to do it.`)
  } else {
    const verb = action === 'propose' ? 'Once it is approved, it' : dryRun ? 'With auto-funding on it' : 'It'
    const less = BigInt(amount ?? 0) < BigInt(plan.deficit) ? ', which is all that the limits and the ledger allow' : ''
    sentences.push(`${verb} gets ${inOg(amount ?? '0')} OG${less}.`)
    sentences.push(...anomalySentences(plan, at))
  }
  if (fromRefund !== null && fromRefund !== '0')
    sentences.push(`${inOg(fromRefund)} OG of it come out of its pending refund and cost the ledger nothing.`)
  if (plan.reclaim) sentences.push(reclaimSentence(plan.reclaim, dryRun, at))
  if (autoFunding?.failure)
    sentences.push(
      `The last top-up failed (${autoFunding.failure.count} in a row, ${clock(at(autoFunding.failure.at))}): ${autoFunding.failure.message}`,
    )
  if (autoFunding?.feeError) sentences.push(`Its unsettled fee could not be read again: ${autoFunding.feeError}`)
  return sentences
}

/** What is odd about a provider. A jump of the burn that neither holds nor is asked about is within a budget. */
function anomalySentences({ anomaly, action, reason }: PlanState, at: ChainClock): string[] {
  if (!anomaly) return []
  if (anomaly.kind === 'fee') {
    const { unsettledFee, cap, option } = anomaly
    return [`It claims ${inOg(unsettledFee)} OG unsettled, of which ${inOg(cap)} OG count at most (option ${option}).`]
  }
  const isHeld = reason === 'anomaly'
  if (!isHeld && action !== 'propose') return []
  const { burn, seconds, usual, until, option } = anomaly
  return [
    `It charged ${inOg(burn)} OG in the last ${duration(seconds)}; usually it charges ${inOg(usual)} OG an hour.`,
    ...(isHeld ? [`It holds until ${clock(at(until))}, or until more charges prove the burn (option ${option}).`] : []),
  ]
}

/** The limit of a new provider in a sentence; nothing for one that is not new, and in recordings of earlier versions. */
function firstDayOf(firstDay: PlanState['firstDay'] | undefined, now: number, at: ChainClock): string[] {
  if (!firstDay) return []
  const { limit, given, until } = firstDay
  const end = until === null ? 'a day after its first charge' : moment(at(until), at(now))
  return [`It is new: ${inOg(given)} of ${inOg(limit)} OG are given, until ${end} (option firstDay).`]
}

function reclaimSentence({ amount, idleFrom, wait }: ReclaimState, dryRun: boolean, at: ChainClock): string {
  if (wait === null) return `It is idle: ${inOg(amount)} OG ${dryRun ? 'would be' : 'are'} asked back for the ledger.`
  const isOpen = (wait === 'in-use' || wait === 'use-unknown') && idleFrom !== null
  return `${reclaimWords(wait)}${isOpen ? ` If nothing uses it, it is idle from ${moment(at(idleFrom), 0)}.` : ''}`
}

/** The limits of a top-up in sentences; empty without limits. */
export function limitsOf({ plan }: SubAccountState, now: number, at = sameClock): string[] {
  if (!plan) return []
  const { maxTopUp, budgetLeft, coolingUntil, ledgerReserve } = plan.limits
  return [
    ...(maxTopUp === null ? [] : [`At most ${inOg(maxTopUp)} OG in one top-up.`]),
    ...(budgetLeft === null ? [] : [`${inOg(budgetLeft)} OG are left of its budget in this window.`]),
    ...firstDayOf(plan.firstDay, now, at),
    ...(ledgerReserve === '0' ? [] : [`${inOg(ledgerReserve)} OG stay in the ledger.`]),
    ...(coolingUntil > now ? [`Nothing before ${clock(at(coolingUntil))}: the last top-up is fresh.`] : []),
  ]
}
