import { createHmac } from 'node:crypto'
import { checkOptions, isHidden, isText } from '../../base/check-options.ts'
import { InvalidInputError } from '../../base/errors.ts'
import type { Delivery, Notification, Receiver } from '../alert.types.ts'
import { digest } from '../fingerprint.ts'
import { linesOf, titleOf } from './texts.ts'
import { checkedUrl, post } from './post.ts'

/**
 * A receiver that gets the JSON of Alertmanager's webhook, version 4, which Grafana sends as well. With a secret each
 * delivery is signed as Standard Webhooks wants it: headers `webhook-id`, `webhook-timestamp`, `webhook-signature`.
 *
 * @param options.secret `whsec_` and base64, or any text
 * @throws InvalidInputError for a URL that is none
 *
 * @example
 * await createAlerts(broker, { to: [webhook(url, { secret: key })] })
 */
export function webhook(url: string, options: { secret?: string } = {}): Receiver {
  const to = checkedUrl('webhook', url)
  checkOptions('webhook', options, { secret: isHidden(isText) })
  const key = options.secret === undefined ? null : keyIn(options.secret)
  return {
    name: 'webhook',
    id: `webhook-${digest(to)}`,
    async send(delivery, { signal }) {
      const body = JSON.stringify(alertmanagerBody(delivery))
      await post({ name: 'webhook', url: to, headers: signatureHeaders(delivery, body, key), body, signal })
    },
  }
}

/** The body of Alertmanager's webhook, version 4. */
export function alertmanagerBody({ notifications }: Delivery) {
  const alerts = notifications.map(alertOf)
  const [first] = notifications
  const { network, wallet } = first.alert.labels
  const isOfOne = notifications.every(({ alert }) => alert.labels.wallet === wallet)
  return {
    version: '4',
    groupKey: isOfOne ? `{}:{network="${network}", wallet="${wallet}"}` : `{}:{network="${network}"}`,
    truncatedAlerts: 0,
    // As Alertmanager has it: a group fires while one of its alerts does.
    status: alerts.some(({ status }) => status === 'firing') ? 'firing' : 'resolved',
    receiver: 'og-ledger',
    groupLabels: { network, ...(isOfOne && { wallet }) },
    commonLabels: common(alerts.map(({ labels }) => labels)),
    commonAnnotations: common(alerts.map(({ annotations }) => annotations)),
    externalURL: '',
    alerts,
  }
}

function alertOf(notification: Notification) {
  const { status, alert } = notification
  const { labels, severity, reason, startsAt, endsAt, fingerprint } = alert
  return {
    status,
    labels: { ...labels, severity, ...(reason !== undefined && { reason }) },
    annotations: { summary: titleOf(notification), description: linesOf(notification).join('\n') },
    startsAt: new Date(startsAt).toISOString(),
    endsAt: endsAt === null ? NOT_ENDED : new Date(endsAt).toISOString(),
    generatorURL: '',
    fingerprint,
  }
}

/** Go's zero time: what Alertmanager writes for an alert that fires. */
const NOT_ENDED = '0001-01-01T00:00:00Z'

/** What all of them have the same. */
function common(all: readonly Record<string, string>[]): Record<string, string> {
  const [first = {}, ...others] = all
  return Object.fromEntries(Object.entries(first).filter(([name, value]) => others.every((one) => one[name] === value)))
}

function signatureHeaders({ id, at }: Delivery, body: string, key: Buffer | null): Record<string, string> {
  const timestamp = String(Math.floor(at / 1_000))
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp }
  if (!key) return headers
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { ...headers, 'webhook-signature': `v1,${signature}` }
}

function keyIn(secret: string): Buffer {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret)
  if (key.length > 0) return key
  throw new InvalidInputError('The secret of a webhook is empty.', { option: 'secret of webhook' })
}
