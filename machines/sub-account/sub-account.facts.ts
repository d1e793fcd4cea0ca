import type { Position, ServiceType, SubAccountPosition, Wei } from '../position.types.ts'
import type { Fact, Reading, SubAccountEvent } from './sub-account.types.ts'

/** The lifecycle state that a reading shows, without the memory that tells `closed` from `none`. */
export type LifecycleState = 'none' | 'created' | 'funded' | 'low' | 'refunding' | 'closed'

/**
 * One sub-account of a position as a reading. A sub-account that the contract does not list does not exist.
 *
 * @example
 * show(readingOf(position, { provider, serviceType: 'inference' }, 0n).exists)
 */
export function readingOf(
  position: Position,
  { provider, serviceType }: { provider: string; serviceType: ServiceType },
  required: bigint,
): Reading {
  return readingFrom(subAccountIn(position, { provider, serviceType }), position.block.number, required)
}

/**
 * A sub-account of a position; undefined where it does not exist.
 *
 * @example
 * show(subAccountIn(position, { provider, serviceType: 'inference' })?.available)
 */
export function subAccountIn(
  { subAccounts }: Position,
  { provider, serviceType }: { provider: string; serviceType: ServiceType },
): SubAccountPosition | undefined {
  return subAccounts.find((one) => one.provider === provider && one.serviceType === serviceType)
}

/** The reading of a sub-account that was found in a position, or was not. */
export function readingFrom(found: SubAccountPosition | undefined, block: number, required: bigint): Reading {
  return {
    exists: found !== undefined,
    balance: wei(found?.balance ?? 0n),
    pendingRefund: wei(found?.pendingRefund ?? 0n),
    claimable: wei(found?.claimable ?? 0n),
    unlocksAt: found ? nextUnlock(found) : null,
    required: wei(required),
    block,
  }
}

/**
 * The fact that a reading shows of a sub-account, whatever state the sub-account was in before.
 *
 * @example
 * show(gradeReading(readingOf(position, { provider, serviceType: 'inference' }, 0n)))
 */
export function gradeReading({ exists, balance, pendingRefund, claimable, required }: Reading): Fact {
  if (!exists) return 'account.gone'
  const amounts = { balance: BigInt(balance), pendingRefund: BigInt(pendingRefund), claimable: BigInt(claimable) }
  return gradeAccount(amounts, BigInt(required))
}

/** The same for a sub-account as it is in a position; undefined where it does not exist. */
export function gradeAccount(account: Amounts | undefined, required: bigint): Fact {
  if (!account) return 'account.gone'
  if (account.claimable > 0n) return 'refund.claimable'
  if (account.pendingRefund > 0n) return 'refund.locked'
  return gradeBalance(account, required)
}

/**
 * The facts, in order, that lead a chart from `before` to this reading. A poll may miss transactions in between: the
 * facts of those that must have happened are stated as well, so that every edge is a real transaction.
 *
 * @param before the fact that the last reading ended in; `account.gone` before the first reading of an account
 * @param now the fact that this reading ends in, where the caller knows it
 *
 * @example
 * const reading = readingOf(position, { provider, serviceType: 'inference' }, 2n * 10n ** 18n)
 * for (const event of facts('account.gone', reading)) show(event)
 */
export function facts(before: Fact, reading: Reading, now = gradeReading(reading)): SubAccountEvent[] {
  if (before === 'account.gone' && now === 'account.gone') return []
  return [...missedFacts(before, now, reading), now].map((type) => ({ type, reading }))
}

/**
 * When the first refund that is still locked can be claimed, in seconds of block time.
 *
 * @example
 * for (const account of position.subAccounts) show(nextUnlock(account))
 */
export function nextUnlock({ refunds }: SubAccountPosition): number | null {
  const locked = refunds.filter(({ claimable }) => !claimable).map(({ unlocksAt }) => unlocksAt)
  return locked.length === 0 ? null : Math.min(...locked)
}

function missedFacts(before: Fact, now: Fact, { balance, pendingRefund, required }: Reading): Fact[] {
  const holdsNothing = before === 'account.gone' || before === 'account.empty'
  const refunding = before === 'refund.locked' || before === 'refund.claimable'
  const held = (): Fact =>
    gradeBalance({ balance: BigInt(balance), pendingRefund: BigInt(pendingRefund) }, BigInt(required))
  switch (now) {
    case 'account.gone': // only an empty account can be deleted
      return holdsNothing ? [] : ['account.empty']
    case 'account.empty': // the contract opens an account with money in it
      return before === 'account.gone' ? ['balance.low'] : []
    case 'refund.locked':
      return holdsNothing ? [held()] : []
    case 'refund.claimable': // a refund is locked first
      return holdsNothing ? [held(), 'refund.locked'] : refunding ? [] : ['refund.locked']
    default:
      return []
  }
}

type Amounts = Pick<SubAccountPosition, 'balance' | 'pendingRefund' | 'claimable'>

function gradeBalance({ balance, pendingRefund }: Omit<Amounts, 'claimable'>, required: bigint): Fact {
  if (balance === 0n) return 'account.empty'
  return balance - pendingRefund < required ? 'balance.low' : 'balance.ample'
}

const wei = (amount: bigint): Wei => `${amount}`
