import type { Position, Refund, SubAccountPosition } from '../../machines/position.types.ts'
import { subAccountIn } from '../../machines/sub-account/sub-account.facts.ts'
import { SparseMap } from '../base/sparse.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { Intent } from '../transactions/intent.ts'
import type { Emit } from './emit.ts'

export type RefundWatchOptions = {
  /** Intents of this broker that were mined in the blocks (from, to]. */
  minedIn: (from: number, to: number) => readonly Intent[]
  emit: Emit
}

/** Tells which refunds can be claimed, and which came home, from one position to the next. */
export type RefundWatch = { see(position: Position): void }

export function createRefundWatch({ minedIn, emit }: RefundWatchOptions): RefundWatch {
  let last: Position | null = null
  /** What was told to be claimable, of each sub-account. */
  const told = new SparseMap<string, bigint>()

  return {
    see(position) {
      const before = last
      last = position
      if (before && before.block.number < position.block.number) claimedSince(before, position)
      const { subAccounts } = position
      for (const account of subAccounts) if (account.claimable > 0n || told.has(keyOf(account))) claimable(account)
    },
  }

  function claimable({ provider, serviceType, claimable: amount }: SubAccountPosition): void {
    const key = keyOf({ provider, serviceType })
    if (amount > (told.get(key) ?? 0n))
      emit({ type: 'refund.claimable', provider, serviceType, amount: `${amount}` as const })
    if (amount > 0n) told.set(key, amount)
    else told.delete(key)
  }

  /** A claim takes every refund whose lock is over, and the ledger gains as much; a charge or a transfer takes the newest. */
  function claimedSince(before: Position, now: Position): void {
    const ripe = before.subAccounts.filter(({ refunds }) => refunds.some((one) => isUnlocked(one, now)))
    if (ripe.length === 0) return
    const gained = (now.ledger?.available ?? 0n) - (before.ledger?.available ?? 0n)
    const intents = minedIn(before.block.number, now.block.number)
    for (const account of ripe) {
      const { provider, serviceType } = account
      const amount = goneOf(account, now)
      const isClaimed = intents.some((one) => isRetrieveOf(one, account)) || gained >= amount
      if (amount > 0n && isClaimed)
        emit({ type: 'refund.claimed', provider, serviceType, amount: `${amount}` as const })
    }
  }
}

const isUnlocked = ({ unlocksAt }: Refund, { block }: Position): boolean => unlocksAt <= block.timestamp

/** The sum of the unlocked refunds that are gone. */
function goneOf(account: SubAccountPosition, now: Position): bigint {
  const left = (subAccountIn(now, account)?.refunds ?? []).map(({ createdAt }) => createdAt)
  return account.refunds.reduce((sum, refund) => {
    const at = left.indexOf(refund.createdAt)
    if (at >= 0) left.splice(at, 1)
    return at < 0 && isUnlocked(refund, now) ? sum + refund.amount : sum
  }, 0n)
}

const isRetrieveOf = ({ call, touches }: Intent, id: SubAccountId): boolean =>
  call.method === 'retrieveFund' && touches.some((one) => keyOf(one) === keyOf(id))
