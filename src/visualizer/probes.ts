import type { Probes } from '../http/probes.ts'
import { health, type Broker } from '../index.ts'
import { createMetrics } from '../metrics/index.ts'

/** The metrics and the health of a broker, as the page's server answers with them. */
export function probesOf(broker: Broker): Probes {
  const metrics = createMetrics(broker)
  return {
    metrics: (accept) => ({ contentType: metrics.contentTypeOf({ accept }), text: metrics.text({ accept }) }),
    health: () => health(broker),
  }
}
