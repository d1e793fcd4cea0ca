import type { Position, Refund } from '../../machines/position.types.ts'
import { subAccountIn } from '../../machines/sub-account/sub-account.facts.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { Receipt } from '../transactions/intent.ts'
import type { Claim } from '../transactions/journal.types.ts'

/** What one or several claims did. Amounts in wei. */
export type ClaimOutcome = {
  /** What came home to the ledger. */
  claimed: bigint
  /** What was free in the sub-accounts, and is free again. */
  putBack: bigint
  receipts: readonly Receipt[]
}

export const nothingClaimed: ClaimOutcome = { claimed: 0n, putBack: 0n, receipts: [] }

export function sumOf(outcomes: readonly ClaimOutcome[]): ClaimOutcome {
  return {
    claimed: outcomes.reduce((sum, { claimed }) => sum + claimed, 0n),
    putBack: outcomes.reduce((sum, { putBack }) => sum + putBack, 0n),
    receipts: outcomes.flatMap(({ receipts }) => receipts),
  }
}

/** What was unlocked before a claim and is gone after it: a provider is paid out of unlocked refunds last of all. */
export function claimedBetween(before: Position, after: Position, ids: readonly SubAccountId[]): bigint {
  return ids.reduce((sum, id) => {
    const unlocked = subAccountIn(before, id)?.refunds.filter(({ claimable }) => claimable) ?? []
    const isUnlocked = (at: number) => unlocked.some(({ createdAt }) => createdAt === at)
    const left = subAccountIn(after, id)?.refunds.filter(({ createdAt }) => isUnlocked(createdAt)) ?? []
    return sum + amountOf(unlocked) - amountOf(left)
  }, 0n)
}

/** The sub-accounts of a claim. */
export function accountsOf({ accounts, serviceType }: Claim): SubAccountId[] {
  return accounts.map(({ provider }) => ({ provider, serviceType }))
}

const amountOf = (refunds: readonly Refund[]): bigint => refunds.reduce((sum, { amount }) => sum + amount, 0n)
