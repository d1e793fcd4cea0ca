import type { Entry, Forecast, State } from '../../protocol.ts'
import { forDrawing, type Wei } from '../format/amounts.ts'
import { duration } from '../format/durations.ts'
import type { History } from './history.ts'
import { backwards } from './moments.ts'

/** When ledger and gas run dry, and how much is charged an hour: by the forecast, or before there is one by a first estimate. */
export type Figures = {
  /** Wei an hour; null while it is unknown. */
  burn: Wei | null
  /** Block time in seconds; null where nothing burns, or it is unknown. */
  ledgerDryAt: number | null
  gasDryAt: number | null
  /** Where the figures are from. */
  basis: string
  /** What stands in the place of a figure that is not known, and below it. */
  wait: Wait
  isEstimate: boolean
}

/** Short enough for the narrow column of a phone. */
export type Wait = { text: string; under: string }

const NO_END: Wait = { text: 'no end', under: 'nothing is charged' }
const FORECAST: Wait = { text: 'about a minute', under: 'until a forecast' }
const NO_CHARGE: Wait = { text: 'no charge yet', under: 'so no forecast' }
const FEW_CHARGES: Wait = { text: 'not yet', under: 'it takes 3 charges' }

/** Older charges than this are left out of the estimate. */
const WINDOW_MS = 600_000
const LEAST_MS = 4_000
const LEAST_CHARGES = 3
/** A forecast comes after a minute with three charges. */
const WAITING_MS = 90_000

/** The figures of the shown moment. */
export function figuresOf(state: State, history: Pick<History, 'entries'>, seq: number | null, at: number): Figures {
  const { forecast } = state
  const recent = chargesIn(history, seq, at)
  if (forecast === null || !isKnown(forecast, state)) return estimateOf(state, recent)
  const unmeasured = unmeasuredBurn(state, recent)
  if (unmeasured > 0n) return estimated(state, BigInt(forecast.burnRate) + unmeasured, recent)
  return {
    burn: forecast.burnRate,
    ledgerDryAt: forecast.ledgerDryAt,
    gasDryAt: forecast.gasDryAt,
    basis: forecast.burnRate === '0' ? NO_END.under : 'all together',
    wait: forecast.burnRate === '0' ? NO_END : { text: 'no end', under: 'at the present burn' },
    isEstimate: false,
  }
}

function estimateOf(state: State, recent: Charges): Figures {
  const { charges, watched } = recent
  const burn = hourly(recent.charged, recent)
  if (charges >= LEAST_CHARGES && burn > 0n) return estimated(state, burn, recent)
  const wait = waitFor(watched, charges)
  return {
    burn: null,
    ledgerDryAt: null,
    gasDryAt: state.forecast?.gasDryAt ?? null,
    basis: wait.under,
    wait,
    isEstimate: false,
  }
}

function estimated({ block, ledger, forecast }: State, burn: bigint, { ms }: Charges): Figures {
  const hours = forDrawing(ledger?.available ?? '0') / forDrawing(`${burn}`)
  return {
    burn: `${burn}`,
    ledgerDryAt: (block?.timestamp ?? 0) + Math.round(hours * 3_600),
    gasDryAt: forecast?.gasDryAt ?? null,
    basis: `estimate of ${duration(ms / 1_000)}`,
    wait: FORECAST,
    isEstimate: true,
  }
}

/** The burn of sub-accounts that were charged and have no measured burn yet: a forecast without them promises too much time. */
function unmeasuredBurn({ subAccounts }: State, recent: Charges): bigint {
  const charged = [...recent.bySubject].reduce(
    (sum, [subject, fees]) => (subAccounts[subject]?.plan?.burnRate == null ? sum + fees : sum),
    0n,
  )
  return hourly(charged, recent)
}

/** Wei an hour; 0 while the time is too short for a rate. */
const hourly = (charged: bigint, { ms }: Charges): bigint =>
  ms < LEAST_MS ? 0n : (charged * 3_600_000n) / BigInt(Math.floor(ms))

function isKnown(forecast: Forecast, { subAccounts }: State): boolean {
  return forecast.burnRate !== '0' || Object.values(subAccounts).some(({ plan }) => plan?.burnRate != null)
}

const waitFor = (watched: number, charges: number): Wait =>
  watched < WAITING_MS ? FORECAST : charges === 0 ? NO_CHARGE : FEW_CHARGES

type Charges = {
  /** Wei of each sub-account, by its key. */
  bySubject: ReadonlyMap<string, bigint>
  charged: bigint
  charges: number
  /** How far back the charges go. */
  ms: number
  /** How far back the history goes. */
  watched: number
}

/** What providers charged in the last minutes before a moment. */
function chargesIn({ entries }: Pick<History, 'entries'>, seq: number | null, at: number): Charges {
  const bySubject = new Map<string, bigint>()
  let [charged, charges, since] = [0n, 0, at]
  for (const entry of backwards({ entries }, seq)) {
    if (entry.at < at - WINDOW_MS) break
    since = entry.at
    const fee = feeOf(entry)
    if (entry.kind !== 'fact' || fee === 0n) continue
    bySubject.set(entry.subject, (bySubject.get(entry.subject) ?? 0n) + fee)
    charged += fee
    charges += 1
  }
  return { bySubject, charged, charges, ms: at - since, watched: at - (entries[0]?.at ?? at) }
}

function feeOf(entry: Entry): bigint {
  const isCharge = entry.kind === 'fact' && entry.fact !== 'balance.changed' && entry.fact !== 'account.gone'
  return isCharge && entry.change.startsWith('-') ? -BigInt(entry.change) : 0n
}
