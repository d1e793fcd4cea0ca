import type { AlertRecord, Delivered } from './alert-book.ts'
import type { Alert } from './alert.types.ts'

const VERSION = 1
const SEVERITIES: readonly unknown[] = ['info', 'warning', 'critical']
const STATUSES: readonly unknown[] = ['firing', 'resolved']

/** The text that a state keeps: alerts that fire, and what each receiver got of them. */
export function encodeRecords(records: readonly AlertRecord[]): string {
  return `${JSON.stringify({ version: VERSION, records }, null, 1)}\n`
}

/**
 * What a state kept; null for a text that is none. A time ahead of now was written under a wrong clock and counts as now. A
 * `resolved` that was begun counts as sent: better one missing than two. A `firing` that was begun stays unsure, and is sent
 * again soon if it still holds.
 */
export function decodeRecords(text: string, now: number): AlertRecord[] | null {
  try {
    const json: unknown = JSON.parse(text)
    if (!isObject(json) || json['version'] !== VERSION || !Array.isArray(json['records'])) return null
    const records: unknown[] = json['records']
    return records.every(isRecord) ? records.map((record) => settle(record, now)) : null
  } catch {
    return null
  }
}

function settle({ alert, delivered }: AlertRecord, now: number): AlertRecord {
  const entries = Object.entries(delivered).map(([receiver, one]): [string, Delivered] => [
    receiver,
    { ...one, at: Math.min(one.at, now), isSure: one.isSure || one.status === 'resolved' },
  ])
  return {
    alert: { ...alert, startsAt: Math.min(alert.startsAt, now) },
    delivered: Object.fromEntries(entries),
  }
}

function isRecord(value: unknown): value is AlertRecord {
  return (
    isObject(value) &&
    isAlert(value['alert']) &&
    isObject(value['delivered']) &&
    Object.values(value['delivered']).every(isDelivered)
  )
}

function isAlert(value: unknown): value is Alert {
  if (!isObject(value) || !isObject(value['labels'])) return false
  const { endsAt, startsAt, severity, reason, labels } = value
  const texts = [
    value['fingerprint'],
    value['summary'],
    value['outlook'],
    value['action'],
    value['resolution'],
    labels['alertname'],
  ]
  return (
    texts.every((one) => typeof one === 'string') &&
    Object.values(labels).every((one) => typeof one === 'string') &&
    SEVERITIES.includes(severity) &&
    (reason === undefined || typeof reason === 'string') &&
    isTime(startsAt) &&
    (endsAt === null || isTime(endsAt))
  )
}

function isDelivered(value: unknown): value is Delivered {
  if (!isObject(value)) return false
  const { status, severity, at, isSure } = value
  return STATUSES.includes(status) && SEVERITIES.includes(severity) && isTime(at) && typeof isSure === 'boolean'
}

const isTime = (value: unknown): boolean => Number.isSafeInteger(value)

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
