import { toWei, weiToOg, type Amount } from '../base/amounts.ts'
import {
  anything,
  checkOptions,
  isBoolean,
  isFunction,
  isMilliseconds,
  isOneOf,
  isSignal,
  type Fields,
} from '../base/check-options.ts'
import { inMs, type Duration } from '../base/durations.ts'
import type { Logger } from '../base/logger.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { Funding } from '../funding/funding.ts'
import type { OnDemand } from '../funding/on-demand.ts'
import type { Receipt } from '../transactions/intent.ts'
import type { SendingOptions } from '../transactions/lane.types.ts'

export type EnsureFundedOptions = SendingOptions & {
  /** How long to try, in milliseconds or as `'2m'`; 120 000 by default. */
  timeoutMs?: number | Duration
  /** What is pending there as a refund: `hold` refuses to undo it, `reuse` takes from it first. */
  onPendingRefund?: 'hold' | 'reuse'
  /** The most to send for it, in all: once that is sent it is done, whatever is charged meanwhile. No limit by default. */
  atMost?: Amount
  /** Pays also an address that does not offer the service; `false` by default. */
  force?: boolean
}

/** The receipt of the last transfer, and what the caller should know. */
export type FundingReceipt = Receipt & { warnings: string[] }

const fields: Fields<EnsureFundedOptions> = {
  signal: isSignal,
  onSent: isFunction,
  timeoutMs: isMilliseconds({ least: 0, most: Infinity }),
  onPendingRefund: isOneOf('hold', 'reuse'),
  // toWei says what an amount is.
  atMost: anything,
  force: isBoolean,
}

const TIMEOUT_MS = 120_000

/** @throws InvalidInputError for a name that is no option, or a value that cannot work */
export function checkEnsuring(options: EnsureFundedOptions): void {
  checkOptions('ensureFunded', options, fields)
}

export type FillOptions = {
  /** Fills a sub-account now, and works alone with it. */
  onDemand: Pick<OnDemand, 'fill'>
  /** The level at which auto-funding tops up, with the unsettled fee asked anew. */
  required: Funding['required']
  /** What the provider keeps in reserve, with its known unsettled fee, in wei. */
  reserveOf: (id: SubAccountId) => bigint
  /** Throws while the ledger is being closed. */
  refuseWhileClosing: (operation: string) => void
  logger: Logger
}

/** Fills a sub-account once, up to an amount or to the trigger of auto-funding; null when enough was there. */
export type Fill = (
  id: SubAccountId,
  amount: Amount | undefined,
  options: EnsureFundedOptions,
) => Promise<FundingReceipt | null>

export function createFill({ onDemand, required, reserveOf, refuseWhileClosing, logger }: FillOptions): Fill {
  return async (id, amount, options) => {
    const given = amount === undefined ? null : toWei(amount)
    const atMost = options.atMost === undefined ? null : toWei(options.atMost)
    refuseWhileClosing('ensureFunded')
    const { timeoutMs = TIMEOUT_MS } = inMs(options)
    const warnings: string[] = []
    const request = { ...options, atMost, timeoutMs, isExplicit: given !== null, waitsForLock: true }
    const { receipt } = await onDemand.fill(id, request, async () => {
      const wanted = given ?? (await trigger(id, warnings))
      if (given !== null) warnOfReserve(id, given, warnings)
      return () => ({ least: wanted, best: wanted })
    })
    return receipt && { ...receipt, warnings }
  }

  /** The level at which auto-funding tops up. */
  async function trigger(id: SubAccountId, warnings: string[]): Promise<bigint> {
    const { required: level, feeError } = await required(id)
    if (feeError !== null) warn(id, `The provider's unsettled fee is unknown: ${feeError}`, warnings)
    return level
  }

  /** An inference provider answers only while its reserve, what is owed to it and the fee of the request are available. */
  function warnOfReserve(id: SubAccountId, amount: bigint, warnings: string[]): void {
    const reserve = reserveOf(id)
    if (id.serviceType !== 'inference' || amount === 0n || amount > reserve) return
    const og = `${weiToOg(amount)} OG`
    const kept = `${weiToOg(reserve)} OG`
    warn(id, `${og} is no more than the provider reserves (${kept}): it serves one answer, then rejections.`, warnings)
  }

  function warn(id: SubAccountId, warning: string, warnings: string[]): void {
    warnings.push(warning)
    logger.warn({ ...id }, warning)
  }
}
