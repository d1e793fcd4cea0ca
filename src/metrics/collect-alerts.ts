import type { Collect } from './collect.ts'
import { labelsOf } from './family.ts'

/** What fires, and how often each alert began to: what `createAlerts` of `og-ledger/alerts` returns. */
export type AlertsSource = {
  firing(): readonly { labels: { readonly alertname: string } }[]
  counts(): Readonly<Record<string, number>>
}

/** By alert, also those that do not fire. */
export function collectAlerts(alerts: AlertsSource, collect: Collect): void {
  const firing = new Map<string, number>()
  for (const { labels } of alerts.firing()) firing.set(labels.alertname, (firing.get(labels.alertname) ?? 0) + 1)
  for (const [alert, count] of Object.entries(alerts.counts())) {
    const labels = labelsOf({ alert })
    collect('alerts', labels, count)
    collect('alertsFiring', labels, firing.get(alert) ?? 0)
  }
}
