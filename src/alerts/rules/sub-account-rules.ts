import type { Decision, PendingRefund } from '../../index.ts'
import type { Finding } from '../alert.types.ts'
import { capital, durationInWords, moment, og, subAccountInWords } from '../words.ts'
import { adviceFor } from './reason-advice.ts'
import type { Rule } from './rule.ts'

/** A sub-account is low, and auto-funding does not fill it. */
export const heldAndLow: Rule = {
  name: 'held-and-low',
  defaults: { forSeconds: 300, severity: 'critical', belowSeconds: 0 },
  find({ plan }, { severity }) {
    if (!plan) return null
    return plan.decisions.flatMap((one): Finding[] => {
      if (one.action !== 'hold' || !isLow(one)) return []
      const { provider, serviceType: service, available, required, reason } = one
      return [
        {
          provider,
          service,
          severity,
          reason,
          summary: `${capital(subAccountInWords(one))} is low and held: ${reason}`,
          outlook: `It has ${og(available)} of the ${og(required)} that it needs${runwayInWords(one)}; its provider rejects requests that it does not cover.`,
          action: adviceFor[reason](one),
          resolution: `${capital(subAccountInWords(one))} is not low any more`,
        },
      ]
    })
  },
}

/** Burn or unsettled fee jumped: a person should look at the provider. */
export const anomaly: Rule = {
  name: 'anomaly',
  defaults: { forSeconds: 0, severity: 'warning', belowSeconds: 0 },
  find({ plan }, { severity }) {
    if (!plan) return null
    return plan.decisions.flatMap((one): Finding[] => {
      const seen = one.anomaly
      // A jump within what the budget allows is funded, and no news.
      if (!seen || (seen.kind === 'burn' && !(one.action === 'hold' && one.reason === 'anomaly'))) return []
      const { provider, serviceType: service } = one
      const what =
        seen.kind === 'fee'
          ? `${og(seen.unsettledFee)} of unsettled fees are claimed, of which ${og(seen.cap)} count`
          : `${og(seen.burn)} were charged within ${durationInWords(seen.seconds)}, usually ${og(seen.usual)} an hour`
      return [
        {
          provider,
          service,
          severity,
          reason: 'anomaly',
          summary: `${capital(subAccountInWords(one))}: ${what}`,
          outlook:
            seen.kind === 'fee'
              ? 'Auto-funding covers no more than the cap: the provider may reject requests.'
              : `Auto-funding holds until charges prove the burn, or until ${moment(seen.until * 1_000)}.`,
          action: `Check what this provider charged. If it is right, set ${seen.option} of its auto-funding.`,
          resolution: `${capital(subAccountInWords(one))} has its usual charges again`,
        },
      ]
    })
  },
}

/** A budget is spent while money is due. */
export const budgetExhausted: Rule = {
  name: 'budget-exhausted',
  defaults: { forSeconds: 0, severity: 'warning', belowSeconds: 0 },
  find({ plan }, { severity }) {
    if (!plan) return null
    const found = plan.decisions.flatMap((one): Finding[] => {
      if (one.action !== 'hold' || one.reason !== 'budget-exhausted') return []
      const { provider, serviceType: service, available, required } = one
      return [
        {
          provider,
          service,
          severity,
          reason: one.reason,
          summary: `The budget is spent: ${subAccountInWords(one)} is not topped up`,
          outlook: `It has ${og(available)} of the ${og(required)} that it needs${runwayInWords(one)}.`,
          action: adviceFor['budget-exhausted'](),
          resolution: `The budget does not hold ${subAccountInWords(one)} any more`,
        },
      ]
    })
    const { deposit } = plan
    if (deposit?.action !== 'hold' || deposit.reason !== 'budget-exhausted') return found
    const outlook = `The ledger has ${og(deposit.available)} available, and is filled up no further.`
    const summary = 'The budget of auto-deposit is spent'
    const resolution = 'The budget of auto-deposit does not hold any more'
    const action = adviceFor['budget-exhausted']()
    return [...found, { severity, reason: deposit.reason, summary, outlook, action, resolution }]
  },
}

/** A refund's lock is over, and no program claims it. */
export const refundClaimable: Rule = {
  name: 'refund-claimable',
  defaults: { forSeconds: 300, severity: 'info', belowSeconds: 0 },
  find({ plan, refunds }, { severity }) {
    if (!plan) return null
    return claimableIn(refunds).map((refund) => {
      const { provider, serviceType: service } = refund
      return {
        provider,
        service,
        severity,
        summary: `A refund of ${og(refund.amount)} can be claimed from ${subAccountInWords(refund)}`,
        outlook: `Its lock ended at ${moment(refund.unlocksAt * 1_000)}. Until it is claimed the provider may still be paid from it.`,
        action: `og-ledger claim --provider ${provider} --service ${service}`,
        resolution: `No refund waits to be claimed from ${subAccountInWords(refund)}`,
      }
    })
  },
}

/** Below its trigger. Where auto-funding is off, a sub-account that burns nothing is one that its owner left. */
function isLow(decision: Decision & { action: 'hold' }): boolean {
  const { reason, available, required, burnRate } = decision
  if (reason === 'sufficient' || reason === 'idle' || available >= required) return false
  return reason !== 'off' || (burnRate ?? 0n) > 0n
}

function runwayInWords({ runway }: Decision): string {
  if (runway === null) return ''
  return runway <= 0
    ? ', no more than the minimum of its provider'
    : `, and reaches the minimum of its provider in ${durationInWords(runway)}`
}

/** What can be claimed from each sub-account, with the earliest lock that ended. */
function claimableIn(
  refunds: readonly PendingRefund[],
): Pick<PendingRefund, 'provider' | 'serviceType' | 'amount' | 'unlocksAt'>[] {
  const all = new Map<string, PendingRefund>()
  for (const refund of refunds) {
    if (!refund.claimable || refund.amount === 0n) continue
    const key = `${refund.provider} ${refund.serviceType}`
    const before = all.get(key)
    const unlocksAt = Math.min(before?.unlocksAt ?? Infinity, refund.unlocksAt)
    all.set(key, { ...refund, amount: refund.amount + (before?.amount ?? 0n), unlocksAt })
  }
  return [...all.values()]
}
