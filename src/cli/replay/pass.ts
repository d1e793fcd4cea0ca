import { min } from '../../../machines/wei.ts'
import { BURN_WINDOW, burnOf, planWithShortfall, type PlanInput } from '../../../machines/index.ts'
import { keyOf, type SubAccountId } from '../../base/sub-account-key.ts'
import type { AutoFundingPolicy, Position, ServiceType } from '../../index.ts'
import { accountIn, pendingOf, positionIn, spend, type Books } from './accounts.ts'
import { bookDeposit, bookRecordedDeposit, depositAt, type ReplayedDeposits } from './deposits.ts'
import type { Move, Moves } from './movements.ts'
import type { PlanConditions } from './plan-conditions.ts'
import { standingOf, walletConditions, type FundedAccount } from './policy.ts'
import { arrivingIn, askBack, bringHome, cancelRefunds, isResting, reclaimStandingOf } from './reclaims.ts'

/** Two positions of a recording, and what moved between them. */
export type Step = { before: Position; after: Position; moves: Moves; recorded: PlanConditions }

/** What is wanted in a replay. */
export type Policy = {
  funded: readonly FundedAccount[]
  budget: AutoFundingPolicy['budget']
  deposits: ReplayedDeposits | null
  /** Block time of the first position. */
  knownSince: number
}

/** Goes from one position to the next: what is decided at the first arrives at the second. */
export function pass(step: Step, books: Books, { funded, budget, deposits, knownSince }: Policy): void {
  const { before, after, moves, recorded } = step
  const { timestamp: now } = before.block
  const position = positionIn(books, before)
  const input: PlanInput = {
    ...walletConditions(recorded, { budget, payments: books.payments, now }),
    position,
    standings: funded.map((one) => {
      const account = accountIn(books, one)
      const payments = books.payments.filter(({ key }) => key === keyOf(one))
      const reclaim = reclaimStandingOf(one.policy, account, { knownSince, payments })
      return standingOf(one, { burn: burnOf(account.falls, now), payments, now, recorded, reclaim })
    }),
  }
  const made = planWithShortfall(input)
  const deposit = deposits && depositAt(books, deposits, { position, made, recorded, arriving: arrivingIn(books, now) })
  // As in the broker, a top-up that the ledger cannot pay whole waits for the deposit.
  const isAwaited = deposit !== null && deposit.action !== 'hold' && made.shortfall > 0n
  const { decisions } = isAwaited ? planWithShortfall({ ...input, awaitsDeposit: true }) : made
  const seconds = after.block.timestamp - now
  const resting = new Set(decisions.filter(isResting).map(keyOf))
  for (const one of before.subAccounts) {
    const account = accountIn(books, one)
    const isBelow = account.balance - pendingOf(account, one) < account.minimum
    if (isBelow && !resting.has(keyOf(one))) account.secondsBelow += seconds
  }
  if (deposits && deposit) bookDeposit(books, deposits, deposit, step)
  else bookRecordedDeposit(books, step)
  for (const [key, move] of moves.accounts) charge(books, key, move, { at: after.block.timestamp, seconds })
  for (const account of books.accounts.values()) bringHome(books, account, now)
  for (const decision of decisions) {
    if (decision.action !== 'hold') topUp(books, decision, { amount: decision.amount, at: now })
    if (decision.reclaim?.wait === null) reclaim(books, decision, step, funded)
  }
  countRequests(books, step)
  for (const one of after.subAccounts) if (one.pendingRefund === 0n) accountIn(books, one).cancelled = 0n
}

function reclaim(books: Books, id: SubAccountId, { before, after, recorded }: Step, funded: readonly FundedAccount[]) {
  const keep = funded.find((one) => keyOf(one) === keyOf(id))?.policy.reclaim?.keep ?? 0n
  const found = after.subAccounts.find((one) => keyOf(one) === keyOf(id))
  const times = { decidedAt: before.block.timestamp, at: after.block.timestamp }
  askBack(accountIn(books, id), found, { keep, ...times, recorded })
}

/** Refunds that were asked for between two positions of the recording: in both columns they happen. */
export function countRequests(books: Books, { before, after }: Step): void {
  const earlier = new Map(before.subAccounts.map((one) => [keyOf(one), one.pendingRefund]))
  for (const one of after.subAccounts)
    if (one.pendingRefund > (earlier.get(keyOf(one)) ?? 0n)) accountIn(books, one).requests += 1
}

function charge(books: Books, key: string, { charged, claimed }: Move, when: { at: number; seconds: number }): void {
  const account = books.accounts.get(key)
  if (!account) return
  const taken = min(charged, account.balance)
  const back = min(claimed, account.balance - taken)
  account.balance -= taken + back
  account.charged += taken
  account.claimed += back
  account.unpaid += charged - taken
  if (charged > 0n) account.chargedAt = when.at
  account.falls.push({ ...when, burnt: taken })
  while (when.at - (account.falls[0]?.at ?? when.at) > BURN_WINDOW) account.falls.shift()
  spend(books, -back)
}

function topUp(
  books: Books,
  decision: { provider: string; serviceType: ServiceType; fromRefund: bigint },
  { amount, at }: { amount: bigint; at: number },
): void {
  const account = accountIn(books, decision)
  const { fromRefund } = decision
  // The part from a pending refund lies in the balance already.
  account.balance += amount - fromRefund
  cancelRefunds(account, fromRefund)
  account.isOpen = true
  account.topUps += 1
  account.paid += amount
  books.payments.push({ key: keyOf(decision), amount, at })
  spend(books, amount - fromRefund)
}
