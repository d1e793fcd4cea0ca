import { steadyClock, systemClock } from '../base/clock.ts'
import { withTimeout } from '../base/timeout.ts'
import type { Alert, Delivery, Receiver } from './alert.types.ts'
import { DeliveryError } from './delivery-error.ts'
import { digest } from './fingerprint.ts'

const ANSWER_MS = 10_000

/** Whether a receiver took the test; `error` says why not. */
export type TestResult = { receiver: string; error: Error | null }

/**
 * Sends each receiver one alert named `test` that fires, and then its end, so that no incident stays open.
 *
 * @param about what the message says it comes from
 *
 * @example
 * const results = await sendTestAlert([slack(url)], { network: 'mainnet', wallet })
 * show(results)
 */
export async function sendTestAlert(
  receivers: readonly Receiver[],
  about: { network: string; wallet: string },
): Promise<TestResult[]> {
  const { now } = steadyClock(systemClock)
  return Promise.all(receivers.map((receiver) => test(receiver, about, now())))
}

async function test(receiver: Receiver, about: { network: string; wallet: string }, now: number): Promise<TestResult> {
  const ending = new AbortController()
  const alert: Alert = {
    fingerprint: `test-${digest(`${about.wallet} ${now}`)}`,
    labels: { alertname: 'test', ...about },
    severity: 'info',
    summary: 'This is a test of the alerts of og-ledger',
    outlook: 'Nothing is wrong.',
    action: 'Nothing is to be done.',
    resolution: 'The test of the alerts of og-ledger is over',
    startsAt: now,
    endsAt: null,
  }
  const firing: Delivery = delivery('firing', alert, now)
  const resolved: Delivery = delivery('resolved', { ...alert, endsAt: now }, now)
  try {
    for (const one of [firing, resolved])
      await withTimeout(ANSWER_MS, () => receiver.send(one, { signal: ending.signal }))
    return { receiver: receiver.name, error: null }
  } catch (error) {
    ending.abort()
    if (error instanceof DeliveryError) return { receiver: receiver.name, error }
    return { receiver: receiver.name, error: new DeliveryError(`${receiver.name} did not answer.`, {}) }
  }
}

const delivery = (status: 'firing' | 'resolved', alert: Alert, at: number): Delivery => ({
  id: `${alert.fingerprint}-${status}`,
  at,
  notifications: [{ status, isRepeat: false, alert }],
})
