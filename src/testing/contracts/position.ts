import type {
  Block,
  LedgerPosition,
  Position,
  ServiceType,
  SubAccountPosition,
} from '../../../machines/position.types.ts'
import type { Account } from './accounts.ts'
import type { Ledger } from './ledger.ts'
import type { RefundRules } from './refunds.ts'
import type { Serving } from './serving.types.ts'

export type PositionSources = {
  find(user: string): Ledger | undefined
  services: readonly (readonly [ServiceType, Serving])[]
  balanceOf(address: string): bigint
  rules: RefundRules
}

/** A wallet's position at a block, equal to the real reader's result. */
export function positionOf(
  { find, services, balanceOf, rules }: PositionSources,
  wallet: string,
  block: Block,
): Position {
  const ledger = find(wallet)
  return {
    block,
    wallet: { address: wallet, balance: balanceOf(wallet) },
    ledger: ledger ? ledgerOf(ledger) : null,
    subAccounts: services.flatMap(([serviceType, serving]) => {
      const clock = { now: block.timestamp, lockTime: serving.lockTime(), rules }
      return serving.accounts.ofUser(wallet).map((account) => subAccountOf(account, serviceType, clock))
    }),
  }
}

function ledgerOf({ availableBalance: available, totalBalance: total, additionalInfo }: Ledger): LedgerPosition {
  return { available, total, locked: total - available, additionalInfo }
}

type Clock = { now: number; lockTime: number; rules: RefundRules }

function subAccountOf(account: Account, serviceType: ServiceType, { now, lockTime, rules }: Clock): SubAccountPosition {
  const { provider, balance, pendingRefund, acknowledged } = account
  const refunds = account.refunds.slice(0, account.validRefundsLength).map((refund) => ({
    amount: refund.amount,
    createdAt: refund.createdAt,
    unlocksAt: refund.createdAt + lockTime,
    claimable: rules.isUnlocked(refund, lockTime, now),
  }))
  return {
    provider,
    serviceType,
    balance,
    pendingRefund,
    available: balance - pendingRefund,
    claimable: refunds.reduce((sum, { claimable, amount }) => (claimable ? sum + amount : sum), 0n),
    refunds,
    acknowledged,
    tokensRevoked: account.revokedBitmap > 0n,
  }
}
