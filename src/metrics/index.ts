/**
 * Metrics of a broker for Prometheus and OpenMetrics.
 *
 * @module og-ledger/metrics
 */

export { createMetrics, type Metrics, type MetricsOptions, type TextOptions } from './metrics.ts'
export type { AlertsSource } from './collect-alerts.ts'
export type { Sample } from './family.ts'
export type { FleetSource, MetricsSource } from './metrics.types.ts'
