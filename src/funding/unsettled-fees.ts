import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { createProviderFees } from '../provider/provider-fees.ts'
import type { Kept } from './plan-input.ts'
import { withTimeout } from '../base/timeout.ts'

const FEE_TIMEOUT_MS = 8_000
/** A provider that does not answer must not hold up the others. */
const FEE_GRACE_MS = 500

/** What is known of a provider's unsettled fee. At most one question to it at a time. */
export type Asked = Kept & {
  asking: Promise<void> | null
  /** Why it is not known anew; its last value stands. */
  feeError: string | null
  /** Block time of the reading for which it was told last, in seconds; null before, and where nobody is asked. */
  feeAt: number | null
}

export type FeeQuestionsOptions = {
  /** Asks inference providers; null where the wallet cannot sign in there by itself. */
  providerFees: ReturnType<typeof createProviderFees> | null
  clock: Clock
  logger: Logger
}

/** Of one that nobody was asked about yet, or not with the question of its present policy. */
export const unasked = { asking: null, unsettledFee: 0n, feeError: null, feeAt: null } as const

/** Asks for unsettled fees; one that cannot be had keeps its last value. */
export function createFeeQuestions({ providerFees, clock, logger }: FeeQuestionsOptions) {
  return {
    /** Waits for all answers together, and only so long: one that comes later counts from the next decision on. */
    async refresh(all: Iterable<Asked>, now: number): Promise<void> {
      const asked = [...all].flatMap((one) => askOf(one, now) ?? [])
      if (asked.length === 0) return
      await withTimeout(FEE_GRACE_MS, () => Promise.all(asked), clock).catch(() => undefined)
    },
  }

  /** Resolves once there is an answer, whatever it is; null where there is nobody to ask. */
  function askOf(one: Asked, now: number): Promise<void> | null {
    const ask = questionOf(one)
    if (!ask) {
      Object.assign(one, unasked)
      return null
    }
    return (one.asking ??= answerTo(ask, one, now))
  }

  function answerTo(ask: () => bigint | Promise<bigint>, one: Asked, now: number): Promise<void> {
    const { unsettledFee: question } = one.policy
    const isAsked = () => one.policy.unsettledFee === question
    return withTimeout(FEE_TIMEOUT_MS, ask, clock)
      .then((fee) => {
        // Somebody wants another question asked by now.
        if (!isAsked()) return
        if (typeof fee !== 'bigint' || fee < 0n) throw new TypeError('unsettledFee gave something else than wei.')
        Object.assign(one, { unsettledFee: fee, feeError: null, feeAt: now })
      })
      .catch((error: unknown) => {
        if (!isAsked()) return
        const message = error instanceof Error ? error.message : String(error)
        // Told once, not at every reading; it stays in the status.
        if (message !== one.feeError)
          logger.warn({ err: error, ...one.id }, 'unsettled fee unknown; its last value stands')
        one.feeError = message
      })
      .finally(() => {
        if (isAsked()) one.asking = null
      })
  }

  function questionOf({ id, policy: { unsettledFee } }: Asked): (() => bigint | Promise<bigint>) | null {
    if (unsettledFee !== 'provider') return unsettledFee
    if (id.serviceType !== 'inference' || !providerFees?.isAsked(id.provider)) return null
    return () => providerFees.ask(id.provider)
  }
}
