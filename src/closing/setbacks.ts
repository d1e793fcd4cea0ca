import { failureAfter } from '../../machines/auto-funding/auto-funding.retry.ts'
import type { ClosingStep, Setback } from '../../machines/ledger/ledger.types.ts'
import type { Position } from '../../machines/position.types.ts'
import type { ClosingCancelled } from './types.ts'
import { keyOf } from '../base/sub-account-key.ts'

/**
 * What is remembered of a retrieve. One that succeeded is forgotten. A batch that was refused is tried again in halves,
 * until whoever spoils it is alone and rests; the others go on.
 *
 * @param refused null when it succeeded
 */
export function setbacksAfter(
  setbacks: readonly Setback[],
  step: ClosingStep,
  refused: { at: number; message: string } | null,
): Setback[] {
  if (step.type !== 'retrieve') return [...setbacks]
  const { serviceType, providers } = step
  const isOf = (one: Setback) => providers.some((provider) => keyOf({ provider, serviceType }) === keyOf(one))
  const others = setbacks.filter((one) => !isOf(one))
  if (!refused) return others
  const [alone, ...more] = providers
  const before = setbacks.find(isOf)?.failure ?? null
  return more.length > 0 || alone === undefined
    ? [...others, ...providers.map((provider) => splitOf({ provider, serviceType }, providers.length))]
    : [
        ...others,
        {
          provider: alone,
          serviceType,
          atMost: 1,
          failure: failureAfter(before, { at: refused.at, error: refused.message }),
        },
      ]
}

/** What a position says of a closing that nobody wants any more. */
export function whatStays({ block, ledger, subAccounts }: Position): ClosingCancelled {
  return {
    block,
    available: ledger?.available ?? 0n,
    locked: subAccounts
      .filter(({ pendingRefund }) => pendingRefund > 0n)
      .map(({ provider, serviceType, pendingRefund, refunds }) => ({
        provider,
        serviceType,
        amount: pendingRefund,
        until: Math.max(...refunds.map(({ unlocksAt }) => unlocksAt)),
      })),
    free: subAccounts.reduce((sum, { available }) => sum + available, 0n),
  }
}

const splitOf = (id: Pick<Setback, 'provider' | 'serviceType'>, size: number): Setback => ({
  ...id,
  atMost: Math.ceil(size / 2),
  failure: null,
})
