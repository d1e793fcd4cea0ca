import type { Forecast } from '../../index.ts'
import { list } from './table.ts'
import { lineWidth, paint } from './terminal.ts'
import { durationInWords, moment, og } from './words.ts'

const DAYS = [1, 7, 30] as const
/** A measured burn says nothing about times beyond three years. */
const FAR = 3 * 365 * 86_400

/** What the ledger lacks now, what to deposit for some days, and when ledger and gas run dry at the present burn. */
export function forecastLines(forecast: Forecast, shortfall: bigint, now: number): string[] {
  const { ledgerDryAt, gasDryAt, burnRate } = forecast
  const pairs: [string, string][] = [
    ...depositPairs(forecast, shortfall),
    ['burn', burnRate === 0n ? 'none measured' : `${og(burnRate)} an hour, all together`],
    ['ledger dry', dryInWords(ledgerDryAt, now, 'not in sight')],
    ['gas dry', dryInWords(gasDryAt, now, 'not in sight')],
  ]
  return forecast.subAccounts.length === 0 ? [] : list(pairs, lineWidth())
}

/** The same as fields of a line of JSON. */
export function forecastRecord({ depositFor }: Forecast, shortfall: bigint): object {
  return { shortfall, depositFor: Object.fromEntries(DAYS.map((days) => [days, depositFor(days)])) }
}

/** What the ledger lacks now, and what to deposit for some days. Empty without sub-accounts. */
export function depositPairs({ depositFor, burnRate, subAccounts }: Forecast, shortfall: bigint): [string, string][] {
  if (subAccounts.length === 0) return []
  const deposits = DAYS.map((days) => `${og(depositFor(days))} for ${days === 1 ? '1 day' : `${days} days`}`)
  // Without a burn the amounts for 1, 7 and 30 days are the same, and would look like a promise.
  const now = depositFor(0)
  const unknown = `${now === 0n ? 'nothing' : og(now)} now; for longer no burn is known (plan --for measures it)`
  return [
    ['shortfall', shortfall === 0n ? 'none: the ledger can pay what is due' : paint('red', `${og(shortfall)} now`)],
    ['deposit', burnRate === 0n ? unknown : deposits.join(', ')],
  ]
}

function dryInWords(at: number | null, now: number, never: string): string {
  if (at === null || at - now > FAR) return never
  return at <= now ? paint('red', 'now') : `in ${durationInWords(at - now)}, ${moment(at)}`
}
