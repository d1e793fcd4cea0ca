import type { Position } from '../../machines/position.types.ts'
import type { Amount, When } from './step.ts'

const MILLI_OG = 10n ** 15n
const MIN_LEDGER = 3n * 10n ** 18n
const MIN_TRANSFER = 10n ** 18n

/** An amount in wei, computed from the position. */
export function weiOf({ of, plus }: Amount, position: Position, account?: Position['subAccounts'][number]): bigint {
  const wei = base(of, position, account) + BigInt(plus) * (of === 'some' ? MILLI_OG : 1n)
  return wei < 0n ? 0n : wei
}

function base(of: Amount['of'], { ledger }: Position, account?: Position['subAccounts'][number]): bigint {
  switch (of) {
    case 'zero':
    case 'some':
      return 0n
    case 'minLedger':
      return MIN_LEDGER
    case 'minTransfer':
      return MIN_TRANSFER
    case 'available':
      return ledger?.available ?? 0n
    // The most that a refund may take, so that the minimum stays.
    case 'aboveMin':
      return (ledger?.available ?? 0n) - MIN_LEDGER
    case 'total':
      return ledger?.total ?? 0n
    case 'balance':
      return account?.balance ?? 0n
    case 'free':
      return account?.available ?? 0n
    case 'pending':
      return account?.pendingRefund ?? 0n
    case 'newest':
      return account?.refunds.at(-1)?.amount ?? 0n
    case 'oldest':
      return account?.refunds[0]?.amount ?? 0n
  }
}

/** The time of the next block, in seconds. */
export function timeOf(when: When, now: number, accounts: Position['subAccounts']): number {
  if ('after' in when) return now + when.after
  const unlocks = accounts.flatMap(({ refunds }) => refunds.map(({ unlocksAt }) => unlocksAt + when.unlock))
  const ahead = unlocks.filter((time) => time > now)
  return ahead.length === 0 ? now + 1 : Math.min(...ahead)
}
