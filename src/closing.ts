import type { Position, ServiceType } from '../machines/position.types.ts'
import type { Rules } from './chain/port.ts'
import { intentOf, retrieveIntent } from './intents.ts'
import { isRetrievable } from './refunds.ts'
import type { Intent } from './transactions/intent.ts'

export type ClosingStep =
  /** Refunds are locked until then, in seconds of block time. */
  { type: 'wait'; until: number } | { type: 'send'; intent: Intent }

/**
 * The next step on the way out, from the position alone: revoke tokens that would come back to life, ask everything
 * back, wait for the lock, claim, withdraw, and delete what remains.
 */
export function closingStep({ ledger, subAccounts, block }: Position, rules: Rules): ClosingStep {
  const revived = subAccounts.find(({ tokensRevoked }) => tokensRevoked)
  if (revived) return send(intentOf({ contract: 'inference', method: 'revokeAllTokens', args: [revived.provider] }))
  for (const [serviceType, name] of Object.entries(rules.serviceNames) as [ServiceType, string][]) {
    const due = subAccounts.filter((one) => one.serviceType === serviceType && isRetrievable(one))
    const batch = due.slice(0, rules.maxProvidersPerBatch).map(({ provider }) => provider)
    if (batch.length > 0) return send(retrieveIntent(batch, serviceType, name))
  }
  const unlocks = subAccounts.flatMap(({ refunds }) => refunds.map(({ unlocksAt }) => unlocksAt))
  if (unlocks.length > 0) return { type: 'wait', until: Math.max(block.timestamp, Math.min(...unlocks)) }
  const available = ledger?.available ?? 0n
  if (available === 0n) return send(intentOf({ contract: 'ledger', method: 'deleteLedger', args: [] }))
  const refund = { contract: 'ledger', method: 'refund', args: [available] } as const
  return send(intentOf(refund, { amount: available, fromLedger: available }))
}

function send(intent: Intent): ClosingStep {
  return { type: 'send', intent }
}
