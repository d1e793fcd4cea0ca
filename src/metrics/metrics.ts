import { anything, checkOptions, isBoolean, type Fields } from '../base/check-options.ts'
import { describeValue } from '../base/describe-value.ts'
import { networkName, InvalidInputError, type Broker } from '../index.ts'
import { collectAlerts, type AlertsSource } from './collect-alerts.ts'
import { collectFleet } from './collect-fleet.ts'
import { createCollector, type Collector } from './collect.ts'

import { labelsOf, type Sample } from './family.ts'
import type { MetricsSource } from './metrics.types.ts'
import { createTable } from './table.ts'
import { contentTypeOf, isOpenMetrics, writeText } from './text.ts'
import { VERSION } from './version.ts'

export type MetricsOptions = {
  /** Labels of every sample beside `network` and `wallet`. */
  labels?: Readonly<Record<string, string>>
  /** Whether `wallet` is a label: by default up to 100 wallets. Without it, the samples of all wallets become one. */
  wallet?: boolean
  /** The alerts of the broker, whose counters are shown beside its own: what `createAlerts` of `og-ledger/alerts` returns. */
  alerts?: AlertsSource
}

export type TextOptions = {
  /** The Accept header of the scraper: where it takes OpenMetrics, it gets that, and Prometheus's text 0.0.4 otherwise. */
  accept?: string | null | undefined
}

// checkLabels says what labels are.
const fields: Fields<MetricsOptions> = { labels: anything, wallet: isBoolean, alerts: anything }

/** The metrics of brokers, for Prometheus and whatever reads its text. */
export type Metrics = {
  /** Everything that the brokers know now, as text. Nothing is read from the chain for it. */
  text(options?: TextOptions): string
  /** The content type of `text()`, without an Accept header. */
  readonly contentType: string
  /** The content type of `text(options)`. */
  contentTypeOf(options?: TextOptions): string
  /** The same as values, for other systems. */
  samples(): Sample[]
}

const MOST_WALLETS = 100
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/
const OWN_LABELS = new Set(
  'network wallet provider service of state action reason scope kind result method alert le version chain_id'.split(
    ' ',
  ),
)

/**
 * Metrics of a broker, or of several.
 *
 * @example
 * const metrics = createMetrics(broker)
 * response.setHeader('content-type', metrics.contentType).end(metrics.text())
 *
 * @throws InvalidInputError for a label whose name does not fit, or that og-ledger uses itself
 */
export function createMetrics(source: MetricsSource, options: MetricsOptions = {}): Metrics {
  checkOptions('createMetrics', options, fields)
  const isSource = typeof source === 'object' && source !== null && ('brokers' in source || 'positions$' in source)
  if (!isSource)
    throw new InvalidInputError('createMetrics takes a broker, or what has several.', { source: describeValue(source) })
  const { labels: constant = {} } = options
  checkLabels(constant)
  const collectors = new WeakMap<Broker, Collector>()

  return {
    text: ({ accept } = {}) => writeText(table(), isOpenMetrics(accept)),
    contentType: contentTypeOf(false),
    contentTypeOf: ({ accept } = {}) => contentTypeOf(isOpenMetrics(accept)),
    samples: () => table().samples(),
  }

  function table() {
    const brokers = 'brokers' in source ? source.brokers() : [source]
    const isFleet = 'brokers' in source && source.wallets !== undefined
    const { wallet: hasWallet = brokers.length <= MOST_WALLETS } = options
    const rows = createTable({ merges: !hasWallet })
    for (const broker of brokers) {
      const base = { ...constant, network: networkName(broker.network), ...(hasWallet && { wallet: broker.wallet }) }
      collectorOf(broker)(rows.of(labelsOf(base)))
      if (options.alerts && !isFleet && brokers.length === 1) collectAlerts(options.alerts, rows.of(labelsOf(base)))
    }
    if ('brokers' in source) {
      collectFleet(source, rows.of(labelsOf(constant)))
      if (options.alerts && isFleet) collectAlerts(options.alerts, rows.of(labelsOf(constant)))
    }
    return rows
  }

  function collectorOf(broker: Broker): Collector {
    const collector = collectors.get(broker) ?? createCollector({ broker, version: VERSION })
    collectors.set(broker, collector)
    return collector
  }
}

function checkLabels(labels: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(labels)) {
    if (typeof value !== 'string') throw new InvalidInputError('The value of a label is a text.', { label: name })
    if (!LABEL_NAME.test(name) || name.startsWith('__'))
      throw new InvalidInputError('A label has letters, digits and underscores in its name.', { label: name })
    if (OWN_LABELS.has(name)) throw new InvalidInputError('og-ledger uses this label itself.', { label: name })
  }
}
