import { firstDayLeft } from '../../machines/auto-funding/first-day.policy.ts'
import type { Position, SubAccountPosition } from '../../machines/position.types.ts'
import { subAccountIn } from '../../machines/sub-account/sub-account.facts.ts'
import { max, min } from '../../machines/wei.ts'
import { throwIfAborted } from '../base/abortable.ts'
import { weiToOg } from '../base/amounts.ts'
import type { Clock } from '../base/clock.ts'
import { NotFundedError } from '../base/sending-errors.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'
import type { Rules } from '../chain/port.ts'
import type { Payees } from '../provider/payees.ts'
import { transferIntent } from '../transactions/build-intent.ts'
import type { Intent, Receipt } from '../transactions/intent.ts'
import type { SendingOptions } from '../transactions/lane.types.ts'
import { createDecideAnew } from '../transactions/overtakes.ts'
import { checkLimits, mostAllowed, type LimitsOf, type OwnLimits } from './limits.ts'

export type SubAccountFundingOptions = {
  wallet: string
  rules: Rules
  submit: (intent: Intent, options?: SendingOptions) => Promise<Receipt>
  /** What transactions on their way may still take out of the ledger, in wei. */
  inFlightFromLedger: () => bigint
  limitsOf: LimitsOf
  /** The check of who is paid. */
  payees: Payees
  /** Reads how long providers have charged this wallet, where that is not known yet. */
  recall: (position: Position) => Promise<void>
  clock: Clock
}

/** What shall be available in a sub-account, in wei. */
export type FundingGoal = {
  /** Where as much is available nothing is sent. */
  least: bigint
  /** A transfer fills up to this where limits and ledger allow it, and to `least` otherwise. */
  best: bigint
}

export type FundingRequest = {
  /** Computed at each reading. */
  goal: (account: SubAccountPosition | undefined) => FundingGoal
  read: (signal?: AbortSignal) => Promise<Position>
  /** When to give up, in milliseconds since 1970, and how an error says so. */
  giveUp: { at: number; after: string }
  /** The most to send in all, in wei; null is no limit. */
  atMost?: bigint | null
  /** Limits of the caller's own, beside those of auto-funding. */
  own?: OwnLimits
  /** The user named the amount: a new provider gets it as well. */
  isExplicit?: boolean
  /** Once something is paid, what keeps the rest from being paid is no failure: the caller looks at what is there. */
  acceptsPart?: boolean
  onPendingRefund?: 'hold' | 'reuse' | undefined
  force?: boolean | undefined
} & SendingOptions

/** What was sent: the last receipt, the sum in wei, and whether there was no sub-account before. */
export type Funded = { receipt: Receipt | null; paid: bigint; opened: boolean }

/** Fills one sub-account up to a goal, by what the newest reading shows: sent again, it pays nothing. */
export type SubAccountFunding = (id: SubAccountId, request: FundingRequest) => Promise<Funded>

/** The caller holds the account lock: nothing else is sent to the sub-account between a reading and its transfer. */
export function createSubAccountFunding(options: SubAccountFundingOptions): SubAccountFunding {
  const { wallet, rules, submit, inFlightFromLedger, limitsOf, payees, recall, clock } = options

  return async (id, request) => {
    const funded: Funded = { receipt: null, paid: 0n, opened: false }
    try {
      await fill(id, request, funded)
    } catch (error) {
      if (!request.acceptsPart || funded.paid === 0n) throw error
    }
    return funded
  }

  /** Notes in `funded` what it has sent, so that a failure leaves that known. */
  async function fill(id: SubAccountId, request: FundingRequest, funded: Funded): Promise<void> {
    const {
      isExplicit = false,
      goal,
      read,
      giveUp,
      atMost = null,
      own,
      onPendingRefund,
      force = false,
      signal,
      onSent,
    } = request
    let isPayee = force
    let isRecalled = false
    const decideAnew = createDecideAnew(clock)
    for (;;) {
      const position = await read(signal)
      throwIfAborted(signal)
      const account = subAccountIn(position, id)
      const has = account?.available ?? 0n
      const { least, best } = goal(account)
      if (has >= least || funded.paid === atMost) return
      // The caller's time is over, or the provider charges faster than transfers can fill it.
      if (clock.now() >= giveUp.at)
        throw new NotFundedError({ provider: id.provider, missing: `${weiToOg(least - has)} OG`, after: giveUp.after })
      const needed = max(least - has, account ? 0n : (rules.minTransfer ?? 0n))
      const limits = limitsOf(id, position, own)
      const firstDay = isExplicit ? null : limits.firstDay
      // An earlier process may know the provider well.
      if (firstDay && firstDayLeft(firstDay) < best - has && !isRecalled) {
        await recall(position)
        isRecalled = true
        continue
      }
      const situation = {
        wallet,
        provider: id.provider,
        account,
        ledger: position.ledger && { available: position.ledger.available - inFlightFromLedger() },
        limits: { ...limits, firstDay },
        onPendingRefund,
      }
      const wished = max(min(best - has, mostAllowed(situation)), needed)
      const amount = min(wished, atMost === null ? null : atMost - funded.paid)
      checkLimits(situation, amount)
      const pendingRefund = account?.pendingRefund ?? 0n
      const intent = transferIntent(id, amount, rules, {
        decidedAt: position.block.timestamp,
        asOf: position.block.number,
        pendingRefund,
      })
      // What a pending refund covers does not leave the ledger.
      if (!isPayee && intent.fromLedger > 0n && !payees.isKnown(id)) {
        const refusal = await payees.refusalOf(id)
        if (refusal) throw refusal
        isPayee = true
        // That request may have taken long: the position must not be old.
        continue
      }
      try {
        funded.receipt = await submit(intent, { signal, onSent })
      } catch (error) {
        await decideAnew(error, signal)
        continue
      }
      funded.paid += amount
      funded.opened ||= !account
    }
  }
}
