import type { AutoDepositState, DepositState, State } from '../../protocol.ts'
import { inOg, minus, sum } from './amounts.ts'
import { sameClock } from './chain-clock.ts'
import { clock, duration, moment } from './durations.ts'
import type { Term } from './plan.ts'
import type { Tone } from './tones.ts'
import { depositReasonWords } from './hold-reasons.ts'
import { depositWords } from './words.ts'

/** The ledger's row of the plan, and the actor that carries it out; null where deposits are neither on nor tried. */
export type Deposits = { row: DepositState | null; actor: AutoDepositState | null }

/** Recordings of earlier versions have neither. */
export function depositsIn({ deposit, autoDeposit }: Pick<State, 'wallet'> & Partial<State>): Deposits | null {
  return deposit || autoDeposit ? { row: deposit ?? null, actor: autoDeposit ?? null } : null
}

/** What happens next to the ledger, or why nothing does. A deposit that is under way comes before the plan. */
export function nextDeposit({ row, actor }: Deposits, dryRun: boolean): { text: string; tone: Tone } {
  const amount = `${inOg(actor?.amount ?? '0')} OG`
  if (actor?.value === 'depositing') return { text: `deposits ${amount}: on its way`, tone: 'moving' }
  if (actor?.value === 'settling') return { text: 'deposit mined, awaiting a reading', tone: 'moving' }
  if (actor?.value === 'awaitingApproval') return { text: `${amount} await your approval`, tone: 'moving' }
  if (!row) return { text: 'not planned yet', tone: 'calm' }
  const text = depositWords(row, dryRun)
  if (row.action !== 'hold') return { text, tone: 'moving' }
  if (row.reason === 'sufficient') return { text, tone: 'good' }
  return { text, tone: BigInt(row.deficit) > 0n ? 'low' : 'calm' }
}

/** The plan for the ledger in sentences: what will be done, or why nothing will. */
export function depositSentences({ row, actor }: Deposits, dryRun: boolean, inTime = sameClock): string[] {
  const sentences: string[] = []
  if (row?.action === 'hold') {
    sentences.push(row.reason === null ? 'Nothing is due.' : depositReasonWords(row.reason).long)
    if (row.missing !== null) sentences.push(`${inOg(row.missing)} OG more would be deposited without that.`)
  } else if (row) {
    const verb =
      row.action === 'propose' ? 'Once it is approved, the ledger' : dryRun ? 'With it on, the ledger' : 'The ledger'
    const less =
      BigInt(row.amount ?? 0) < BigInt(row.deficit) ? ', which is all that the limits and the wallet allow' : ''
    sentences.push(`${verb} gets ${inOg(row.amount ?? '0')} OG${less}.`)
  }
  if (actor?.failure) {
    const { count, at, message } = actor.failure
    sentences.push(`The last deposit failed (${count} in a row, ${clock(inTime(at))}): ${message}`)
  }
  if (actor?.payerError) sentences.push(`The wallet that deposits could not be read: ${actor.payerError}`)
  return sentences
}

/** The numbers from which the amount follows, as rows of a sum. */
export function depositTerms({
  available,
  due,
  arriving,
  spare,
  trigger,
  target,
  deficit,
  runway,
}: DepositState): Term[] {
  const inFlight = minus(sum([available, arriving]), sum([due, spare]))
  const isDue = BigInt(deficit) > 0n
  return [
    { name: 'Available', wei: available, note: null },
    { name: 'Due now', wei: due, note: 'what sub-accounts need of it' },
    ...(arriving === '0' ? [] : [{ name: 'Arriving', wei: arriving, note: 'refunds that are being claimed' }]),
    ...(inFlight === '0' ? [] : [{ name: 'In flight', wei: inFlight, note: 'sent to sub-accounts, not mined yet' }]),
    {
      name: 'Stays',
      wei: spare,
      note: runway === null ? 'once that is paid' : `once that is paid: ${duration(runway)}`,
    },
    { name: 'Trigger', wei: trigger, note: 'a deposit is due below it' },
    { name: 'Fill up to', wei: target, note: null },
    { name: 'Missing', wei: deficit, note: isDue ? `${inOg(target)} − ${inOg(spare)}` : 'stays ≥ trigger' },
  ]
}

/** The limits of a deposit in sentences; empty without limits. */
export function depositLimits({ limits }: DepositState, now: number, inTime = sameClock): string[] {
  const { maxDeposit, maxLedger, budgetLeft, coolingUntil } = limits
  return [
    ...(maxDeposit === null ? [] : [`At most ${inOg(maxDeposit)} OG in one deposit.`]),
    ...(maxLedger === null ? [] : [`At most ${inOg(maxLedger)} OG available in the ledger after it.`]),
    ...(budgetLeft === null ? [] : [`${inOg(budgetLeft)} OG are left of its budget in this window.`]),
    ...(coolingUntil > now
      ? [`Nothing before ${moment(inTime(coolingUntil), inTime(now))}: the last deposit is fresh.`]
      : []),
  ]
}
