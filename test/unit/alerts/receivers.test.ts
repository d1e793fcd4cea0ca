import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  DeliveryError,
  pagerDuty,
  sendTestAlert,
  slack,
  webhook,
  type Alert,
  type Delivery,
  type Notification,
} from '../../../src/alerts/index.ts'
import { receiverServer, type ReceiverServer } from '../../support/receiver-server.ts'

const SECRET_PATH = '/services/T0000/B0000/Zm9vYmFyc2VjcmV0'
const KEY = '0123456789abcdef0123456789abcdef'

const alert: Alert = {
  fingerprint: 'held-and-low-1',
  labels: {
    alertname: 'held-and-low',
    network: 'mainnet',
    wallet: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
    provider: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
    service: 'inference',
  },
  severity: 'critical',
  reason: 'ledger-short',
  summary: 'The inference sub-account with 0x7099…79C8 is low and held: ledger-short',
  outlook: 'It has 1.2 OG of the 2 OG that it needs; its provider rejects <requests> that it does not cover.',
  action: 'Deposit into the ledger: og-ledger deposit 1.8',
  resolution: 'The inference sub-account with 0x7099…79C8 is not low any more',
  startsAt: Date.UTC(2026, 0, 1, 14, 2, 30),
  endsAt: null,
}
const ended: Alert = { ...alert, endsAt: Date.UTC(2026, 0, 1, 16, 2, 30) }
const firing: Notification = { status: 'firing', isRepeat: false, alert }
const still: Notification = { status: 'firing', isRepeat: true, alert }
const resolved: Notification = { status: 'resolved', isRepeat: false, alert: ended }

let server: ReceiverServer
beforeAll(async () => void (server = await receiverServer()))
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(() => {
  server.received.length = 0
  server.answer({ status: 200, body: 'ok' })
})

describe('a webhook', () => {
  test("gets the JSON of Alertmanager's webhook, version 4", async () => {
    await webhook(server.url + SECRET_PATH).send(deliveryOf(firing, resolved), options())
    const [request] = server.received
    expect(request).toMatchObject({ path: SECRET_PATH, headers: { 'content-type': 'application/json' } })
    expect(request?.headers).not.toHaveProperty('webhook-signature')
    const { labels } = alert
    expect(json(request?.body)).toEqual({
      version: '4',
      groupKey: `{}:{network="mainnet", wallet="${labels.wallet}"}`,
      truncatedAlerts: 0,
      status: 'firing',
      receiver: 'og-ledger',
      groupLabels: { network: 'mainnet', wallet: labels.wallet },
      commonLabels: { ...labels, severity: 'critical', reason: 'ledger-short' },
      commonAnnotations: {},
      externalURL: '',
      alerts: [
        {
          status: 'firing',
          labels: { ...labels, severity: 'critical', reason: 'ledger-short' },
          annotations: {
            summary: alert.summary,
            description: `Since 2026-01-01 14:02 UTC. ${alert.outlook}\n${alert.action}`,
          },
          startsAt: '2026-01-01T14:02:30.000Z',
          endsAt: '0001-01-01T00:00:00Z',
          generatorURL: '',
          fingerprint: 'held-and-low-1',
        },
        {
          status: 'resolved',
          labels: { ...labels, severity: 'critical', reason: 'ledger-short' },
          annotations: {
            summary: `Resolved: ${alert.resolution}`,
            description: `It was: ${alert.summary}. It lasted 2 hours, since 2026-01-01 14:02 UTC.`,
          },
          startsAt: '2026-01-01T14:02:30.000Z',
          endsAt: '2026-01-01T16:02:30.000Z',
          generatorURL: '',
          fingerprint: 'held-and-low-1',
        },
      ],
    })
  })

  test.for([
    ['a text', 'hunter2', Buffer.from('hunter2')],
    ['whsec_ and base64', `whsec_${Buffer.from('hunter2').toString('base64')}`, Buffer.from('hunter2')],
  ] as const)('signs with %s as Standard Webhooks does', async ([, secret, key]) => {
    await webhook(server.url, { secret }).send(deliveryOf(firing), options())
    const { headers = {}, body } = server.received[0] ?? {}
    expect(headers).toMatchObject({ 'webhook-id': 'delivery-1', 'webhook-timestamp': '1767280000' })
    const signature = createHmac('sha256', key).update(`delivery-1.1767280000.${body}`).digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${signature}`)
  })
})

test('Slack gets a text for the phone and a block for each alert, with its markup escaped', async () => {
  await slack(server.url + SECRET_PATH).send(deliveryOf(firing, still, resolved), options())
  const block = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })
  const facts = `Since 2026-01-01 14:02 UTC. It has 1.2 OG of the 2 OG that it needs; its provider rejects &lt;requests&gt; that it does not cover.\n${alert.action}`
  expect(json(server.received[0]?.body)).toEqual({
    text: `${alert.summary} (and 2 more)`,
    blocks: [
      block(`:red_circle: *${alert.summary}*\n${facts}`),
      block(`:red_circle: *Still: ${alert.summary}*\n${facts}`),
      block(
        `:large_green_circle: *Resolved: ${alert.resolution}*\nIt was: ${alert.summary}. It lasted 2 hours, since 2026-01-01 14:02 UTC.`,
      ),
      { type: 'context', elements: [{ type: 'mrkdwn', text: `og-ledger · mainnet · ${alert.labels.wallet}` }] },
    ],
  })
})

test('Slack gets at most 50 blocks, and how many alerts are left out', async () => {
  const many = Array.from({ length: 60 }, () => firing)
  await slack(server.url).send(deliveryOf(firing, ...many), options())
  const { blocks } = json(server.received[0]?.body) as { blocks: { text?: { text: string } }[] }
  expect([blocks.length, blocks[45]?.text?.text]).toEqual([47, 'And 16 more.'])
})

test('PagerDuty gets one event for each alert, and resolves by the same key', async () => {
  await pagerDuty(KEY, { url: `${server.url}/v2/enqueue` }).send(deliveryOf(firing, resolved), options())
  expect(server.received.map(({ body }) => json(body))).toEqual([
    {
      routing_key: KEY,
      dedup_key: 'held-and-low-1',
      event_action: 'trigger',
      payload: {
        summary: alert.summary,
        source: alert.labels.wallet,
        severity: 'critical',
        timestamp: '2026-01-01T14:02:30.000Z',
        component: alert.labels.provider,
        group: 'mainnet',
        class: 'held-and-low',
        custom_details: {
          what: `Since 2026-01-01 14:02 UTC. ${alert.outlook}\n${alert.action}`,
          service: 'inference',
          reason: 'ledger-short',
        },
      },
    },
    { routing_key: KEY, dedup_key: 'held-and-low-1', event_action: 'resolve' },
  ])
})

describe('a delivery that fails', () => {
  test('says the status and the words of the receiver, and never its URL', async () => {
    const words = `no_service ${server.url}${SECRET_PATH}\u001B[31m`
    server.answer({ status: 404, body: words })
    const error = await failure(slack(server.url + SECRET_PATH).send(deliveryOf(firing), options()))
    expect(error.facts).toEqual({ status: '404', answer: 'no_service …' })
    expect(`${error.stack}${JSON.stringify(error)}`).not.toContain('B0000')
  })

  test('says that the receiver cannot be reached, and never its URL', async () => {
    const url = `http://127.0.0.1:65531${SECRET_PATH}`
    const error = await failure(webhook(url).send(deliveryOf(firing), options()))
    expect(error.facts).toEqual({ reason: 'ECONNREFUSED' })
    expect(`${error.stack}${JSON.stringify(error)}`).not.toContain('B0000')
  })

  test('follows no redirect: another host would get what is secret', async () => {
    server.answer({ status: 307, headers: { location: `${server.url}/elsewhere` } })
    const error = await failure(pagerDuty(KEY, { url: server.url }).send(deliveryOf(firing), options()))
    expect(error.facts['status']).toBe('307')
    expect(server.received.map(({ path }) => path)).toEqual(['/'])
  })

  test.for([
    ['30', 30_000],
    ['0', 1_000],
    ['soon', 0],
  ] as const)('obeys Retry-After: %s', async ([header, ms]) => {
    server.answer({ status: 429, headers: { 'retry-after': header } })
    expect((await failure(slack(server.url).send(deliveryOf(firing), options()))).retryAfterMs).toBe(ms)
  })
})

test.for([
  [() => slack('hooks.slack.com/services/T0'), 'slack takes a URL that begins with https://.'],
  [() => webhook('ftp://example.org/T0'), 'webhook takes a URL that begins with https://.'],
  [() => webhook('https://example.org', { secret: '' }), 'The secret of a webhook is empty.'],
  [() => pagerDuty('T0'), 'An integration key of PagerDuty has 32 letters and digits.'],
] as const)('a receiver that cannot work is refused without showing what may be secret: %s', ([make, sentence]) => {
  const thrown = (() => {
    try {
      make()
      return null
    } catch (error) {
      return error
    }
  })()
  expect(String(thrown)).toContain(sentence)
  expect(String(thrown)).not.toContain('T0')
})

test('a test alert fires and is resolved at each receiver, and says which did not take it', async () => {
  const about = { network: 'mainnet', wallet: alert.labels.wallet }
  const results = await sendTestAlert([webhook(server.url), slack('http://127.0.0.1:65531/')], about)
  expect(results).toEqual([
    { receiver: 'webhook', error: null },
    { receiver: 'Slack', error: expect.any(DeliveryError) as unknown },
  ])
  const statuses = server.received.map(({ body }) => (json(body) as { status: string }).status)
  expect(statuses).toEqual(['firing', 'resolved'])
  expect(json(server.received[0]?.body)).toMatchObject({ commonLabels: { alertname: 'test', severity: 'info' } })
})

const options = () => ({ signal: new AbortController().signal })

function deliveryOf(...notifications: [Notification, ...Notification[]]): Delivery {
  return { id: 'delivery-1', at: 1_767_280_000_000, notifications }
}

const json = (text: string | undefined): unknown => JSON.parse(text ?? '')

async function failure(work: Promise<unknown>): Promise<DeliveryError> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (error instanceof DeliveryError) return error
  throw new Error(`no DeliveryError: ${String(error)}`)
}
