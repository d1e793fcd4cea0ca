import { health, type Broker } from '../../index.ts'
import { HEADERS, refusalOf } from '../../http/guard.ts'
import { listen, type NodeHandler } from '../../http/listen.ts'
import { answerProbe, isProbePath, type Probes } from '../../http/probes.ts'
import { createMetrics, type Metrics, type MetricsOptions } from '../../metrics/index.ts'
import type { MetricsPlace } from '../arguments/metrics-option.ts'

/** The server of metrics and health. Disposing closes it. */
export type ProbeServer = AsyncDisposable & { url: string }

/** Serves `/metrics`, `/livez` and `/readyz` of a broker, and keeps its positions coming. */
export async function openProbes(
  broker: Broker,
  place: MetricsPlace,
  options: Pick<MetricsOptions, 'alerts'> = {},
): Promise<ProbeServer> {
  const server = await serveProbes(createMetrics(broker, options), () => health(broker), place)
  const reading = broker.positions$.subscribe()
  return {
    url: server.url,
    async [Symbol.asyncDispose]() {
      reading.unsubscribe()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** The same for anything that has metrics and a health, such as a fleet. */
export async function serveProbes(
  metrics: Metrics,
  healthNow: Probes['health'],
  { host, port }: MetricsPlace,
): Promise<ProbeServer> {
  const probes: Probes = {
    metrics: (accept) => ({ contentType: metrics.contentTypeOf({ accept }), text: metrics.text({ accept }) }),
    health: healthNow,
  }
  const server = await listen(handlerOf(probes, host), { name: '--metrics', port, host })
  return { url: server.url, [Symbol.asyncDispose]: () => server.close() }
}

function handlerOf(probes: Probes, host: string): NodeHandler {
  return (request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
    const refusal = refusalOf(request, { hosts: [host], addresses: true, option: '--metrics', isPage: false })
    const [pathname = ''] = (request.url ?? '/').split('?', 1)
    const path = pathname.slice(1)
    if (refusal === null && isProbePath(path)) return answerProbe(path, { probes, request, response })
    response.shouldKeepAlive = false
    const error = refusal ?? 'There are /metrics, /livez and /readyz.'
    response.writeHead(refusal === null ? 404 : 403, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error }))
  }
}
