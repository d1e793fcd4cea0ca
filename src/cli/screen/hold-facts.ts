import type { Decision } from '../../index.ts'
import type { Anomaly, FirstDay } from '../../../machines/index.ts'
import { durationInWords, moment, og } from './words.ts'

/** What a hold saw, until when it lasts, and the option that lifts it; null for a hold without figures. */
export function holdFacts(decision: Decision): string | null {
  if (decision.action !== 'hold') return null
  const { reason, firstDay, anomaly } = decision
  if (reason === 'first-day' && firstDay) return firstDayInWords(firstDay)
  return reason === 'anomaly' && anomaly ? `${anomalyInWords(anomaly)}, ${endInWords(anomaly)}` : null
}

/** What is odd about a decision that is not held for it; null where nothing is. A burn within a budget is not. */
export function oddFacts(decision: Decision): string | null {
  const { anomaly, action } = decision
  if (!anomaly || (action === 'hold' && decision.reason === 'anomaly')) return null
  if (action === 'propose' || anomaly.kind === 'fee') return anomalyInWords(anomaly)
  return null
}

/** The figures of an anomaly. */
export function anomalyInWords(anomaly: Anomaly): string {
  if (anomaly.kind === 'fee')
    return `it claims ${og(anomaly.unsettledFee)} unsettled, of which ${og(anomaly.cap)} count at most`
  const { burn, seconds, usual } = anomaly
  return `${og(burn)} charged in the last ${durationInWords(seconds)}, usually ${og(usual)} an hour`
}

function endInWords(anomaly: Anomaly): string {
  return anomaly.kind === 'fee'
    ? 'unless --max-unsettled-fee says otherwise'
    : `until ${moment(anomaly.until)} or more charges prove it, unless anomaly of the config file says otherwise`
}

function firstDayInWords({ limit, given, until }: FirstDay): string {
  const end = until === null ? 'until a day after its first charge' : `until ${moment(until)}`
  return `${og(given)} of ${og(limit)} given, ${end}, unless --first-day says otherwise`
}
