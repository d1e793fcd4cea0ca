import type { Forecast } from '../index.ts'
import { list } from './table.ts'
import { paint } from './terminal.ts'
import { durationInWords, moment, og } from './words.ts'

const DAYS = [1, 7, 30] as const

/** What the ledger lacks now, and what to deposit so that it lasts. */
export function depositLines(forecast: Forecast, shortfall: bigint): string[] {
  return list(depositPairs(forecast, shortfall))
}

/** The same, and when money runs out at the present burn. */
export function forecastLines(forecast: Forecast, shortfall: bigint, now: number): string[] {
  const { ledgerDryAt, gasDryAt, burnRate } = forecast
  return list([
    ...depositPairs(forecast, shortfall),
    ['burn', burnRate === 0n ? 'none measured' : `${og(burnRate)} an hour, all together`],
    ['ledger dry', dryInWords(ledgerDryAt, now, 'not in sight')],
    ['gas dry', dryInWords(gasDryAt, now, 'not in sight')],
  ])
}

/** As fields of a line of JSON. */
export function forecastRecord({ depositFor }: Forecast, shortfall: bigint): object {
  return { shortfall, depositFor: Object.fromEntries(DAYS.map((days) => [days, depositFor(days)])) }
}

function depositPairs({ depositFor, burnRate }: Forecast, shortfall: bigint): [string, string][] {
  const deposits = DAYS.map((days) => `${og(depositFor(days))} for ${days === 1 ? '1 day' : `${days} days`}`)
  // Three times the same number would look like a promise.
  const unknown = `${og(depositFor(0))} now; for longer no burn is known (plan --for measures it)`
  return [
    ['shortfall', shortfall === 0n ? 'none: the ledger can pay what is due' : paint('red', `${og(shortfall)} now`)],
    ['deposit', burnRate === 0n ? unknown : deposits.join(', ')],
  ]
}

function dryInWords(at: number | null, now: number, never: string): string {
  if (at === null) return never
  return at <= now ? paint('red', 'now') : `in ${durationInWords(at - now)}, ${moment(at)}`
}
