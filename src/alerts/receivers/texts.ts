import type { Alert, Notification } from '../alert.types.ts'
import { durationInWords, moment } from '../words.ts'

/** The first line of a notification: what, and how things stand. */
export function titleOf({ status, isRepeat, alert }: Notification): string {
  if (status === 'resolved') return `Resolved: ${alert.resolution}`
  return isRepeat ? `Still: ${alert.summary}` : alert.summary
}

/** Since when, what will happen, what to do; of a resolved alert, how long it lasted. */
export function linesOf({ status, alert }: Notification): string[] {
  if (status === 'resolved') return [lastedOf(alert)]
  return [`Since ${moment(alert.startsAt)}. ${alert.outlook}`, alert.action]
}

function lastedOf({ startsAt, endsAt, summary }: Alert): string {
  const seconds = ((endsAt ?? startsAt) - startsAt) / 1_000
  return `It was: ${summary}. It lasted ${durationInWords(seconds)}, since ${moment(startsAt)}.`
}
