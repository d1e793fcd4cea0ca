import type { Position, ServiceType } from '../../machines/position.types.ts'
import { subAccountIn } from '../../machines/sub-account/sub-account.facts.ts'
import { weiToOg } from '../base/amounts.ts'
import type { Logger } from '../base/logger.ts'
import { drainsBetween, type Drain, type OwnMoves } from './drains.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { Intent } from '../transactions/intent.ts'

/** A refund on its way from a sub-account to the ledger. Amounts in wei, times in seconds of block time. */
export type PendingRefund = {
  provider: string
  serviceType: ServiceType
  /** What is left of it; 0 where its provider was paid all of it, until the time at which its lock would have ended. */
  amount: bigint
  requestedAt: number
  /** When its lock ends, unless the contract's owner changes the lock time. */
  unlocksAt: number
  /** Its lock is over: `claimRefunds` brings it home. */
  claimable: boolean
  /** What its provider was paid from it, as far as the readings of this broker show. */
  drained: bigint
}

export type RefundCalendarOptions = {
  /** Intents of this broker that were mined in the blocks (from, to]. */
  minedIn: (from: number, to: number) => readonly Intent[]
  logger: Logger
}

/** Every pending refund, and what providers were paid from them while this broker reads positions. */
export class RefundCalendar {
  readonly #options: RefundCalendarOptions
  #last: Position | null = null
  #drains: readonly Drain[] = []

  constructor(options: RefundCalendarOptions) {
    this.#options = options
  }

  /** Compares a position with the one before it. The broker calls it with each accepted position. */
  see(position: Position): void {
    const { minedIn, logger } = this.#options
    const before = this.#last
    this.#last = position
    if (!before || before.block.number >= position.block.number) return
    if (this.#drains.length === 0 && before.subAccounts.every(({ refunds }) => refunds.length === 0)) return
    const intents = minedIn(before.block.number, position.block.number)
    const fresh = drainsBetween(before, position, (id) => movesOf(intents, id))
    for (const { provider, serviceType, amount } of fresh)
      logger.warn(
        { provider, serviceType, amount: `${weiToOg(amount)} OG` },
        'a provider was paid from a pending refund: less of it will come home',
      )
    this.#drains = [...this.#drains, ...fresh].filter((drain) => isPending(drain, position))
  }

  /** The pending refunds at a position, the next to be unlocked first. */
  of(position: Position): PendingRefund[] {
    return calendarOf(position, this.#drains)
  }
}

function movesOf(intents: readonly Intent[], id: SubAccountId): OwnMoves {
  const own = intents.filter(({ touches }) => touches.some((one) => keyOf(one) === keyOf(id)))
  return {
    // The transfer of a claim cancels the refund that the claim's own retrieve has queued.
    transferred: own.reduce((sum, one) => (one.subAccount && one.claim === undefined ? sum + one.amount : sum), 0n),
    retrieved: own.some(({ call }) => call.method === 'retrieveFund'),
  }
}

/** Whether the refund is there, or would still be locked. */
function isPending(drain: Drain, position: Position): boolean {
  if (position.block.timestamp < drain.unlocksAt) return true
  const refunds = subAccountIn(position, drain)?.refunds ?? []
  return refunds.some(({ createdAt }) => createdAt === drain.requestedAt)
}

function calendarOf(position: Position, drains: readonly Drain[]): PendingRefund[] {
  const left = [...drains]
  const pending = position.subAccounts.flatMap(({ provider, serviceType, refunds }) =>
    refunds.map(({ amount, createdAt: requestedAt, unlocksAt, claimable }): PendingRefund => {
      const refund = { provider, serviceType, amount, requestedAt, unlocksAt, claimable }
      return { ...refund, drained: takeOf(left, refund) }
    }),
  )
  const gone: PendingRefund[] = []
  for (const { provider, serviceType, requestedAt, unlocksAt } of drains) {
    const refund = { provider, serviceType, amount: 0n, requestedAt, unlocksAt, claimable: false }
    const drained = takeOf(left, refund)
    if (drained > 0n) gone.push({ ...refund, drained })
  }
  return [...pending, ...gone].toSorted((a, b) => a.unlocksAt - b.unlocksAt)
}

/** The sum of the drains of one refund. It takes them off the list, so that each counts once. */
function takeOf(drains: Drain[], refund: SubAccountId & { requestedAt: number }): bigint {
  const own = drains.filter((one) => keyOf(one) === keyOf(refund) && one.requestedAt === refund.requestedAt)
  for (const one of own) drains.splice(drains.indexOf(one), 1)
  return own.reduce((sum, { amount }) => sum + amount, 0n)
}
