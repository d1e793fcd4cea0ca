import type { Amount } from '../base/amounts.ts'
import { inMs, type Duration } from '../base/durations.ts'
import {
  anything,
  checkOptions,
  isFunction,
  isMilliseconds,
  isOneOf,
  isSignal,
  type Fields,
} from '../base/check-options.ts'
import { toPolicy } from '../funding/config/auto-funding-policy.ts'
import type { Budget } from '../funding/config/budget.ts'
import type { RequestTerms } from '../funding/request-funding.ts'
import type { EndpointHold } from '../provider/endpoint.types.ts'

/** Limits of an endpoint, beside those of the broker and of auto-funding for the same provider. */
export type EndpointOptions = {
  /** The most that one funding sends. */
  maxTopUp?: Amount
  /**
   * The most that this provider gets in a rolling window, whatever sends it: auto-funding and `ensureFunded` count too. It
   * holds across restarts.
   */
  budget?: Budget
  /** While a refund is pending: `hold` leaves it alone, `reuse` takes from it first. `hold` by default. */
  onPendingRefund?: 'hold' | 'reuse'
  /** How long a funding may take, in milliseconds or as `'2m'`; 120 000 by default. The request waits as long. */
  timeoutMs?: number | Duration
  /** How long the provider may take to see a sub-account that was just opened, in milliseconds or as `'30s'`; 30 000 by default. */
  firstSightMs?: number | Duration
  /** Called when a rejected request is not funded; the logger gets a line as well. */
  onHold?: (hold: EndpointHold) => void
  /** Sends the requests; the global `fetch` by default. */
  fetch?: typeof globalThis.fetch
  /** Ends the wait for the endpoint itself. A request has a signal of its own. */
  signal?: AbortSignal
}

const fields: Fields<EndpointOptions> = {
  // toPolicy says what an amount and a budget are.
  maxTopUp: anything,
  budget: anything,
  onPendingRefund: isOneOf('hold', 'reuse'),
  timeoutMs: isMilliseconds({ least: 0, most: Infinity }),
  firstSightMs: isMilliseconds({ least: 0 }),
  onHold: isFunction,
  fetch: isFunction,
  signal: isSignal,
}

const TIMEOUT_MS = 120_000

/** @throws InvalidInputError for what cannot work, TypeError for an amount that is a number */
export function toRequestTerms(options: EndpointOptions): RequestTerms {
  checkOptions('endpoint', options, fields)
  const { onPendingRefund = 'hold', timeoutMs = TIMEOUT_MS } = inMs(options)
  const limits = {
    ...(options.maxTopUp !== undefined && { maxTopUp: options.maxTopUp }),
    ...(options.budget !== undefined && { budget: options.budget }),
  }
  const { maxTopUp, budget } = toPolicy(limits, 0n)
  return { maxTopUp, budget, onPendingRefund, timeoutMs }
}
