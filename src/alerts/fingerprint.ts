import { createHash } from 'node:crypto'
import type { Labels } from './alert.types.ts'

/** Names an alert by its rule and a hash of its labels, in the order of their names. */
export function fingerprintOf(labels: Labels): string {
  const sorted = Object.entries(labels).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return `${labels.alertname}-${digest(JSON.stringify(sorted))}`
}

/** The first 16 hex digits of a SHA-256: enough to tell alerts and receivers apart, too little to find a secret by. */
export const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)
