import { isIP } from 'node:net'
import type { ArgsDef } from 'citty'
import { UsageError } from './usage-error.ts'

export const metricsOption = {
  metrics: {
    type: 'string',
    valueHint: 'host:port',
    description: 'serves /metrics, /livez and /readyz there, such as 127.0.0.1:9464',
  },
} as const satisfies ArgsDef

export type MetricsPlace = { host: string; port: number }

const PLACE = /^(?:(\[[\da-fA-F:.]+\]|[\w.-]+):)?(\d{1,5})$/

/** Where metrics are served, on the loopback where only a port is named; null where they are not. */
export function metricsPlaceOf({ metrics }: { metrics?: string | undefined }): MetricsPlace | null {
  if (metrics === undefined) return null
  const [, named = '127.0.0.1', digits = ''] = PLACE.exec(metrics) ?? []
  const host = named.replace(/^\[(.*)\]$/, '$1')
  const port = Number(digits)
  if (digits === '' || port > 65_535 || (named.startsWith('[') && isIP(host) !== 6))
    throw new UsageError(`--metrics is a host and a port, such as 127.0.0.1:9464; this is ${JSON.stringify(metrics)}.`)
  return { host, port }
}
