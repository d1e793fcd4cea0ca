import { isBackingOff, retryAt } from '../auto-funding/auto-funding.retry.ts'
import { MAX_REFUNDS } from '../contract-limits.ts'
import type { Position, Refund, ServiceType, SubAccountPosition } from '../position.types.ts'
import type { ClosingState, ClosingStep, Setback } from './ledger.types.ts'

/**
 * Seconds past its unlock before a refund is claimed: more than a block. A claim that a reorganisation moves to before
 * the unlock has no effect, and costs gas.
 */
export const CLAIM_MARGIN = 5

export type StepOptions = {
  /** The most sub-accounts that the contract accepts in one retrieve. */
  maxProvidersPerBatch: number
  /** Sub-accounts whose last retrieve the contract refused. */
  setbacks?: readonly Setback[]
}

/**
 * The next step of closing, from the position alone, so that another process can resume it: revoke tokens that would
 * become valid again, request all refunds, wait for the locks, claim, withdraw, and delete what remains.
 *
 * Unlocked refunds are claimed once all refunds of the sub-account are unlocked, or once what is available there needs a
 * place among them.
 *
 * @returns null where there is no ledger
 *
 * @example
 * show(closingStep(position, options)) // null without a ledger
 */
export function closingStep(position: Position, options: StepOptions): ClosingStep | null {
  const { ledger, subAccounts, elsewhere = [], block } = position
  if (!ledger) return null
  const revived = subAccounts.find(({ tokensRevoked }) => tokensRevoked)
  if (revived) return { type: 'revoke', provider: revived.provider }
  const holding: Holding[] = [...subAccounts, ...elsewhere].filter(({ balance }) => balance > 0n)
  const resting = (one: Holding): number => restOf(setbackOf(one, options), block.timestamp)
  const due = holding.filter((one) => Math.max(dueAt(one, block.timestamp), resting(one)) <= block.timestamp)
  if (due.length > 0) return retrieve(due, options)
  if (holding.length > 0)
    return {
      type: 'wait',
      until: Math.min(...holding.map((one) => Math.max(dueAt(one, block.timestamp), resting(one)))),
    }
  if (ledger.available > 0n) return { type: 'withdraw', amount: `${ledger.available}` }
  return ledger.total > 0n ? { type: 'stuck', amount: `${ledger.total}` } : { type: 'delete' }
}

/** A sub-account of the network's own services, or of the version named. */
type Holding = SubAccountPosition & { service?: string }

/**
 * The state of a ledger whose next step this is.
 *
 * @example
 * closingState({ type: 'withdraw', amount: '1' }) // 'withdrawing'
 */
export function closingState({ type }: ClosingStep): ClosingState {
  switch (type) {
    case 'revoke':
      return 'revoking'
    case 'retrieve':
      return 'retrieving'
    case 'wait':
    case 'stuck':
      return 'waiting'
    case 'withdraw':
      return 'withdrawing'
    case 'delete':
      return 'deleting'
  }
}

/** Block time from which a retrieve of this sub-account has an effect, and the contract accepts it. */
function dueAt({ available, refunds }: SubAccountPosition, now: number): number {
  const unlocks = refunds.map(maturity)
  if (available === 0n) return Math.max(...unlocks, 0)
  // With all places taken the contract refuses, unless the same call claims one of the refunds.
  return refunds.length < MAX_REFUNDS ? now : Math.min(...unlocks)
}

const maturity = ({ unlocksAt }: Refund): number => unlocksAt + CLAIM_MARGIN

/** As many of one service as the contract accepts. Refused sub-accounts come last, in smaller batches. */
function retrieve(due: readonly Holding[], options: StepOptions): ClosingStep {
  const smooth = due.filter((one) => !setbackOf(one, options))
  const [first] = smooth.length > 0 ? smooth : due
  const serviceType: ServiceType = first?.serviceType ?? 'inference'
  const service = first?.service
  const alike = (smooth.length > 0 ? smooth : due).filter(
    (one) => one.serviceType === serviceType && one.service === service,
  )
  const size = (first && setbackOf(first, options)?.atMost) ?? options.maxProvidersPerBatch
  const providers = alike.slice(0, size).map(({ provider }) => provider)
  return { type: 'retrieve', serviceType, ...(service !== undefined && { service }), providers }
}

function setbackOf({ provider, serviceType, service }: Holding, { setbacks = [] }: StepOptions): Setback | undefined {
  return setbacks.find((one) => one.provider === provider && one.serviceType === serviceType && one.service === service)
}

/** Block time until which a refused sub-account rests; 0 where it does not. */
function restOf(setback: Setback | undefined, now: number): number {
  return setback?.failure && isBackingOff(setback.failure, now) ? retryAt(setback.failure) : 0
}
