/**
 * Tells Slack, PagerDuty or a webhook when a person should look.
 *
 * @module og-ledger/alerts
 */

export { createAlerts, type Alerts } from './alerts.ts'
export type { AlertsOptions, RuleOptions } from './alert-options.ts'
export type { Alert, AlertState, Delivery, Labels, Notification, Receiver, RuleName, Severity } from './alert.types.ts'
export { DeliveryError } from './delivery-error.ts'
export { fileAlertState } from './file-state.ts'
export { sendTestAlert, type TestResult } from './send-test.ts'
export { pagerDuty } from './receivers/pager-duty.ts'
export { slack } from './receivers/slack.ts'
export type { AlertsSource, FleetToWatch, SeatView } from './watched.ts'
export { webhook } from './receivers/webhook.ts'
