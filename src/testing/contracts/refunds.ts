import { min } from '../../../machines/wei.ts'
import { MAX_REFUNDS } from './constants.ts'

/** A slot for a refund. Past `validRefundsLength` it holds a claimed refund. Wei, and seconds of block time. */
export type RefundSlot = { index: number; amount: bigint; createdAt: number }

/** The fields of a sub-account that refunds change. */
export type Refundable = {
  balance: bigint
  pendingRefund: bigint
  refunds: readonly RefundSlot[]
  validRefundsLength: number
}

/** The rules for the end of refunds: cancellation and unlock. */
export type RefundRules = {
  /** Cancels `amount` of the pending refunds. */
  cancel<A extends Refundable>(account: A, amount: bigint): A
  isUnlocked(refund: RefundSlot, lockTime: number, now: number): boolean
}

/** The contracts' rules: a cancellation takes the newest refund first, and a lock ends in its last second. */
export const refundRules: RefundRules = {
  cancel(account, amount) {
    const refunds = [...account.refunds]
    let { validRefundsLength } = account
    let left = amount
    while (left > 0n && validRefundsLength > 0) {
      const at = validRefundsLength - 1
      const newest = refunds[at]
      if (!newest) break
      const cancelled = min(newest.amount, left)
      refunds[at] = { ...newest, amount: newest.amount - cancelled }
      left -= cancelled
      if (cancelled < newest.amount) break
      validRefundsLength = at
    }
    return { ...account, refunds, validRefundsLength, pendingRefund: account.pendingRefund - (amount - left) }
  },
  isUnlocked: ({ createdAt }, lockTime, now) => now >= createdAt + lockTime,
}

/** Removes the unlocked refunds and closes the gaps; the slots behind keep their old content. */
export function claim<A extends Refundable>(
  account: A,
  isUnlocked: (refund: RefundSlot) => boolean,
): { account: A; amount: bigint } {
  const active = account.refunds.slice(0, account.validRefundsLength)
  const locked = active.filter((refund) => !isUnlocked(refund)).map((refund, index) => ({ ...refund, index }))
  const pendingRefund = sum(locked)
  const amount = sum(active) - pendingRefund
  const refunds = [...locked, ...account.refunds.slice(locked.length)]
  const balance = account.balance - amount
  return { account: { ...account, balance, pendingRefund, refunds, validRefundsLength: locked.length }, amount }
}

/** Requests a refund of everything available. @returns null when every slot is in use */
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
