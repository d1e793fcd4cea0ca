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
  if (forecast !== null && isKnown(forecast, state))
    return {
      burn: forecast.burnRate,
      ledgerDryAt: forecast.ledgerDryAt,
      gasDryAt: forecast.gasDryAt,
      basis: forecast.burnRate === '0' ? NO_END.under : 'all together',
      wait: forecast.burnRate === '0' ? NO_END : { text: 'no end', under: 'at the present burn' },
      isEstimate: false,
    }
  const { charged, charges, since, watched } = chargesIn(history, seq, at)
  const ms = at - since
  const wait = waitFor(watched, charges)
  if (charges < LEAST_CHARGES || ms < LEAST_MS || charged === 0n)
    return {
      burn: null,
      ledgerDryAt: null,
      gasDryAt: forecast?.gasDryAt ?? null,
      basis: wait.under,
      wait,
      isEstimate: false,
    }
  const burn: Wei = `${(charged * 3_600_000n) / BigInt(Math.floor(ms))}`
  const hours = forDrawing(state.ledger?.available ?? '0') / forDrawing(burn)
  return {
    burn,
    ledgerDryAt: (state.block?.timestamp ?? 0) + Math.round(hours * 3_600),
    gasDryAt: forecast?.gasDryAt ?? null,
    basis: `estimate of ${duration(ms / 1_000)}`,
    wait: FORECAST,
    isEstimate: true,
  }
}

function isKnown(forecast: Forecast, { subAccounts }: State): boolean {
  return forecast.burnRate !== '0' || Object.values(subAccounts).some(({ plan }) => plan?.burnRate != null)
}

const waitFor = (watched: number, charges: number): Wait =>
  watched < WAITING_MS ? FORECAST : charges === 0 ? NO_CHARGE : FEW_CHARGES

/** What providers charged before a moment, and since when; `watched` is how long the history goes back. */
function chargesIn({ entries }: Pick<History, 'entries'>, seq: number | null, at: number) {
  let [charged, charges, since] = [0n, 0, at]
  for (const entry of backwards({ entries }, seq)) {
    if (entry.at < at - WINDOW_MS) break
    since = entry.at
    const fee = feeOf(entry)
    charged += fee
    if (fee > 0n) charges += 1
  }
  return { charged, charges, since, watched: at - (entries[0]?.at ?? at) }
}

function feeOf(entry: Entry): bigint {
  const isCharge = entry.kind === 'fact' && entry.fact !== 'balance.changed' && entry.fact !== 'account.gone'
  return isCharge && entry.change.startsWith('-') ? -BigInt(entry.change) : 0n
}
