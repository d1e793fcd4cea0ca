import { MAX_REFUNDS } from './constants.ts'

/** A place for a refund. Past `validRefundsLength` it holds one of the past. Wei, and seconds of block time. */
export type RefundSlot = { index: number; amount: bigint; createdAt: number }

/** The part of a sub-account that refunds are about. */
export type Refundable = {
  balance: bigint
  pendingRefund: bigint
  refunds: readonly RefundSlot[]
  validRefundsLength: number
}

/** How refunds end: by being cancelled, or by their time. */
export type RefundRules = {
  /** Takes `amount`, at most what is pending, out of the refunds. */
  cancel<A extends Refundable>(account: A, amount: bigint): A
  isUnlocked(refund: RefundSlot, lockTime: number, now: number): boolean
}

/** The contracts' rules: the newest refund is cancelled first, and a lock is over in the second in which it ends. */
export const refundRules: RefundRules = {
  cancel(account, amount) {
    const refunds = [...account.refunds]
    let { validRefundsLength } = account
    let left = amount
    while (left > 0n && validRefundsLength > 0) {
      const at = validRefundsLength - 1
      const newest = refunds[at]
      if (!newest) break
      const cancelled = newest.amount < left ? newest.amount : left
      refunds[at] = { ...newest, amount: newest.amount - cancelled }
      left -= cancelled
      if (cancelled < newest.amount) break
      validRefundsLength = at
    }
    return { ...account, refunds, validRefundsLength, pendingRefund: account.pendingRefund - (amount - left) }
  },
  isUnlocked: ({ createdAt }, lockTime, now) => now >= createdAt + lockTime,
}

/** Takes out what is unlocked and moves the rest together; the places behind keep what they held. */
export function claim<A extends Refundable>(
  account: A,
  isUnlocked: (refund: RefundSlot) => boolean,
): { account: A; amount: bigint } {
  const active = account.refunds.slice(0, account.validRefundsLength)
  const kept = active.filter((refund) => !isUnlocked(refund)).map((refund, index) => ({ ...refund, index }))
  const pendingRefund = sum(kept)
  const amount = sum(active) - pendingRefund
  const refunds = [...kept, ...account.refunds.slice(kept.length)]
  const balance = account.balance - amount
  return { account: { ...account, balance, pendingRefund, refunds, validRefundsLength: kept.length }, amount }
}

/** Asks back whatever is free. Null when every place is taken. */
export function request<A extends Refundable>(account: A, now: number): A | null {
  const amount = account.balance - account.pendingRefund
  if (amount === 0n) return account
  const index = account.validRefundsLength
  if (index >= MAX_REFUNDS) return null
  const refunds = [...account.refunds]
  refunds[index] = { index, amount, createdAt: now }
  return { ...account, refunds, pendingRefund: account.balance, validRefundsLength: index + 1 }
}

const sum = (refunds: readonly RefundSlot[]): bigint => refunds.reduce((total, { amount }) => total + amount, 0n)
