import type { Position } from '../machines/position.types.ts'
import type { Call, Rules } from './chain/port.ts'
import { isRetrievable } from './refunds.ts'

export type ClosingStep =
  /** Refunds are locked until then, in seconds of block time. */
  { type: 'wait'; until: number } | { type: 'send'; call: Call; amount: bigint }

/**
 * The next step on the way out, from the position alone: revoke tokens that would come back to life, ask everything
 * back, wait for the lock, claim, withdraw, and delete what remains.
 */
export function closingStep({ ledger, subAccounts, block }: Position, rules: Rules): ClosingStep {
  const revived = subAccounts.find(({ tokensRevoked }) => tokensRevoked)
  if (revived) return send({ contract: 'inference', method: 'revokeAllTokens', args: [revived.provider] })
  for (const [serviceType, name] of Object.entries(rules.serviceNames)) {
    const due = subAccounts.filter((one) => one.serviceType === serviceType && isRetrievable(one))
    const batch = due.slice(0, rules.maxProvidersPerBatch).map(({ provider }) => provider)
    if (batch.length > 0) return send({ contract: 'ledger', method: 'retrieveFund', args: [batch, name] })
  }
  const unlocks = subAccounts.flatMap(({ refunds }) => refunds.map(({ unlocksAt }) => unlocksAt))
  if (unlocks.length > 0) return { type: 'wait', until: Math.max(block.timestamp, Math.min(...unlocks)) }
  const available = ledger?.available ?? 0n
  if (available > 0n) return send({ contract: 'ledger', method: 'refund', args: [available] }, available)
  return send({ contract: 'ledger', method: 'deleteLedger', args: [] })
}

function send(call: Call, amount = 0n): ClosingStep {
  return { type: 'send', call, amount }
}
