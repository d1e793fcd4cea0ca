import type { Position, Refund, SubAccountElsewhere, SubAccountPosition } from '../../machines/position.types.ts'

/** Whether two positions of a wallet differ in nothing but their blocks. */
export function isSamePosition(a: Position, b: Position): boolean {
  return (
    a.wallet.address === b.wallet.address &&
    a.wallet.balance === b.wallet.balance &&
    isSameLedger(a.ledger, b.ledger) &&
    isSameList(a.subAccounts, b.subAccounts, isSameAccount) &&
    isSameList(a.elsewhere ?? NONE, b.elsewhere ?? NONE, isSameElsewhere)
  )
}

function isSameLedger(a: Position['ledger'], b: Position['ledger']): boolean {
  if (!a || !b) return a === b
  return (
    a.available === b.available && a.total === b.total && a.locked === b.locked && a.additionalInfo === b.additionalInfo
  )
}

function isSameAccount(a: SubAccountPosition, b: SubAccountPosition): boolean {
  return (
    a === b ||
    (a.provider === b.provider &&
      a.serviceType === b.serviceType &&
      a.balance === b.balance &&
      a.pendingRefund === b.pendingRefund &&
      a.available === b.available &&
      a.claimable === b.claimable &&
      a.acknowledged === b.acknowledged &&
      a.tokensRevoked === b.tokensRevoked &&
      isSameList(a.refunds, b.refunds, isSameRefund))
  )
}

function isSameRefund(a: Refund, b: Refund): boolean {
  return (
    a.amount === b.amount && a.createdAt === b.createdAt && a.unlocksAt === b.unlocksAt && a.claimable === b.claimable
  )
}

function isSameElsewhere(a: SubAccountElsewhere, b: SubAccountElsewhere): boolean {
  return isSameAccount(a, b) && a.service === b.service && a.lockTime === b.lockTime
}

function isSameList<T>(a: readonly T[], b: readonly T[], isSame: (a: T, b: T) => boolean): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (const [at, one] of a.entries()) {
    const other = b[at]
    if (other === undefined || !isSame(one, other)) return false
  }
  return true
}

const NONE: readonly SubAccountElsewhere[] = []
