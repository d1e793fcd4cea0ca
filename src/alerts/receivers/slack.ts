import type { Notification, Receiver, Severity } from '../alert.types.ts'
import { digest } from '../fingerprint.ts'
import { linesOf, titleOf } from './texts.ts'
import { checkedUrl, post } from './post.ts'

const MARKS = {
  critical: ':red_circle:',
  warning: ':large_orange_circle:',
  info: ':large_blue_circle:',
} satisfies Record<Severity, string>
/** Slack takes no message of more than 50 blocks; each notification is one, and the rest is counted. */
const MOST_BLOCKS = 45

/**
 * A receiver that writes to a Slack channel by an incoming webhook.
 *
 * @param url of the incoming webhook: a secret
 * @throws InvalidInputError for a URL that is none
 *
 * @example
 * await createAlerts(broker, { to: [slack(url)] })
 */
export function slack(url: string): Receiver {
  const to = checkedUrl('slack', url)
  return {
    name: 'Slack',
    id: `slack-${digest(to)}`,
    send: ({ notifications }, { signal }) =>
      post({ name: 'Slack', url: to, body: JSON.stringify(slackMessage(notifications)), signal }),
  }
}

/** A message of Slack's Block Kit; `text` is what a notification on a phone shows. */
export function slackMessage(notifications: readonly Notification[]) {
  const [first] = notifications
  const others = notifications.length - 1
  const title = first ? titleOf(first) : ''
  const left = notifications.length - MOST_BLOCKS
  const isOfMany = new Set(notifications.map(({ alert }) => alert.labels.wallet)).size > 1
  return {
    text: escape(others > 0 ? `${title} (and ${others} more)` : title),
    blocks: [
      ...notifications.slice(0, MOST_BLOCKS).map((one) => section(textOf(one, isOfMany))),
      ...(left > 0 ? [section(`And ${left} more.`)] : []),
      { type: 'context', elements: [{ type: 'mrkdwn', text: escape(sourceOf(first, isOfMany)) }] },
    ],
  }
}

/** @param isOfMany whether the message is about several wallets: then each text names its own */
function textOf(notification: Notification, isOfMany: boolean): string {
  const { status, alert } = notification
  const mark = status === 'resolved' ? ':large_green_circle:' : MARKS[alert.severity]
  const wallet = isOfMany ? [`Wallet ${alert.labels.wallet}`] : []
  const lines = [...wallet, ...linesOf(notification)].map(escape)
  return [`${mark} *${escape(titleOf(notification))}*`, ...lines].join('\n').slice(0, 3_000)
}

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })

function sourceOf(one: Notification | undefined, isOfMany: boolean): string {
  if (!one) return 'og-ledger'
  const { network, wallet } = one.alert.labels
  return ['og-ledger', network, ...(isOfMany ? [] : [wallet])].join(' · ')
}

/** The three characters that Slack's markup gives a meaning. */
const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
