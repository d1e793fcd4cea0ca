import { describeValue } from '../../base/describe-value.ts'
import { checkOptions, isHidden, isText } from '../../base/check-options.ts'
import { InvalidInputError } from '../../base/errors.ts'
import type { Notification, Receiver } from '../alert.types.ts'
import { digest } from '../fingerprint.ts'
import { linesOf, titleOf } from './texts.ts'
import { checkedUrl, post } from './post.ts'

const ENQUEUE = 'https://events.pagerduty.com/v2/enqueue'
/** PagerDuty cuts nothing: it refuses a longer summary. */
const MOST_SUMMARY = 1_024
/** Each one is a request: so many fit into the time that a delivery has. */
const MOST_EVENTS = 20

/**
 * A receiver that opens and resolves incidents by PagerDuty's Events API, version 2. Its deduplication key is the
 * fingerprint of the alert: a delivery that comes twice is one incident.
 *
 * @param key the integration key of a service: 32 characters
 * @param options.url where events go, for accounts of another region: `https://events.pagerduty.com/v2/enqueue` by default
 * @throws InvalidInputError for a key or URL that is none
 *
 * @example
 * await createAlerts(broker, { to: [pagerDuty(key)] })
 */
export function pagerDuty(key: string, options: { url?: string } = {}): Receiver {
  if (typeof key !== 'string' || !/^\w{32}$/.test(key))
    throw new InvalidInputError('An integration key of PagerDuty has 32 letters and digits.', {
      value: typeof key === 'string' ? `a string of ${key.length} characters` : describeValue(key),
    })
  checkOptions('pagerDuty', options, { url: isHidden(isText) })
  const url = checkedUrl('pagerDuty', options.url ?? ENQUEUE)
  return {
    name: 'PagerDuty',
    id: `pagerduty-${digest(`${url} ${key}`)}`,
    most: MOST_EVENTS,
    async send({ notifications }, { signal }) {
      for (const one of notifications)
        await post({ name: 'PagerDuty', url, body: JSON.stringify(pagerDutyEvent(one, key)), signal })
    },
  }
}

/** One event of PagerDuty's Events API, version 2. */
export function pagerDutyEvent(notification: Notification, key: string) {
  const { status, alert } = notification
  const { fingerprint, labels, severity, reason, startsAt } = alert
  const dedup = { routing_key: key, dedup_key: fingerprint }
  if (status === 'resolved') return { ...dedup, event_action: 'resolve' }
  return {
    ...dedup,
    event_action: 'trigger',
    payload: {
      summary: titleOf(notification).slice(0, MOST_SUMMARY),
      source: labels.wallet,
      severity,
      timestamp: new Date(startsAt).toISOString(),
      component: labels.provider ?? 'ledger',
      group: labels.network,
      class: labels.alertname,
      custom_details: {
        what: linesOf(notification).join('\n'),
        ...(labels.service !== undefined && { service: labels.service }),
        ...(reason !== undefined && { reason }),
      },
    },
  }
}
