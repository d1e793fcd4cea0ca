import { BURN_WINDOW, burnOf, plan } from '../../../machines/index.ts'
import { keyOf } from '../../base/sub-account-key.ts'
import { toPolicy, type AutoFundingPolicy, type Position, type ServiceType } from '../../index.ts'
import { noConditions, type PlanConditions } from './plan-conditions.ts'
import type { FundingConfig } from '../config/file.ts'
import { accountIn, openBooks, pendingOf, positionIn, spend, type Books } from './accounts.ts'
import { figuresOf, type Figures } from './figures.ts'
import { least, movesBetween, type Move, type Moves } from './movements.ts'
import { fundedAccountsIn, standingOf, walletConditions, type FundedAccount } from './policy.ts'

/** More OG than exist: a ledger with it is never short. */
const UNLIMITED = 10n ** 40n

/** What the policy would have done, beside what was recorded. */
export type Replay = {
  positions: number
  /** Between the first and the last position. */
  seconds: number
  policy: Figures
  /** The same figures of the recording. */
  recorded: Figures
  /** Conditions that no line of the recording states: the policy decides without them. */
  unrecorded: readonly (keyof PlanConditions)[]
}

type Step = { before: Position; after: Position; moves: Moves; recorded: PlanConditions }

/**
 * Replays the charges of a recording against a policy. Each top-up arrives one position after it is decided, after the
 * charges in between. Pure: no chain is read.
 *
 * @param conditions what was recorded beside the positions, by block; each holds until the next
 */
export function replay(
  positions: readonly Position[],
  config: FundingConfig,
  conditions: ReadonlyMap<number, PlanConditions> = new Map(),
): Replay {
  const [first] = positions
  const last = positions.at(-1)
  let recorded = [...conditions.values()][0] ?? noConditions
  const options = { defaults: config.defaults, recorded }
  const steps = positions.slice(1).map((after, index): Step => {
    const before = positions[index] ?? after
    recorded = conditions.get(before.block.number) ?? recorded
    return { before, after, moves: movesBetween(before, after), recorded }
  })
  const funded = fundedAccountsIn(config, positions)
  const { budget } = toPolicy(config.budget ? { budget: config.budget } : {}, 0n)
  const simulate = (extra: bigint) => {
    const simulated = openBooks(positions, funded, options)
    simulated.ledger += extra
    for (const step of steps) pass(step, simulated, { funded, budget })
    return simulated
  }
  const reserve = funded.map(({ policy }) => policy.ledgerReserve).reduce((most, one) => (one > most ? one : most), 0n)
  const needed = simulate(UNLIMITED).mostSpent
  const recordedBooks = openBooks(positions, [], options)
  for (const step of steps) countRecorded(step, recordedBooks)
  return {
    positions: positions.length,
    seconds: first && last ? last.block.timestamp - first.block.timestamp : 0,
    policy: figuresOf(simulate(0n), needed === 0n ? 0n : needed + reserve),
    recorded: figuresOf(recordedBooks, recordedBooks.mostSpent),
    unrecorded: unrecordedIn([...conditions.values()]),
  }
}

type Policy = { funded: readonly FundedAccount[]; budget: AutoFundingPolicy['budget'] }

/** Goes from one position to the next: a top-up that is decided at the first arrives at the second. */
function pass(step: Step, books: Books, { funded, budget }: Policy): void {
  const { before, after, moves, recorded } = step
  const { timestamp: now } = before.block
  const { payments } = books
  const decisions = plan({
    ...walletConditions(recorded, { budget, payments, now }),
    position: positionIn(books, before),
    standings: funded.map((one) => {
      const burn = burnOf(books.accounts.get(keyOf(one))?.falls ?? [], now)
      return standingOf(one, { burn, payments, now, recorded })
    }),
  })
  const seconds = after.block.timestamp - now
  for (const one of before.subAccounts) {
    const account = accountIn(books, one)
    if (account.balance - pendingOf(account, one) < account.minimum) account.secondsBelow += seconds
  }
  books.ledger += moves.deposited
  for (const [key, move] of moves.accounts) charge(books, key, move, { at: after.block.timestamp, seconds })
  for (const decision of decisions)
    if (decision.action !== 'hold') topUp(books, decision, { amount: decision.amount, at: now })
  for (const one of after.subAccounts) if (one.pendingRefund === 0n) accountIn(books, one).cancelled = 0n
}

function charge(books: Books, key: string, { charged, claimed }: Move, when: { at: number; seconds: number }): void {
  const account = books.accounts.get(key)
  if (!account) return
  const taken = least(charged, account.balance)
  const back = least(claimed, account.balance - taken)
  account.balance -= taken + back
  account.charged += taken
  account.unpaid += charged - taken
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
  account.cancelled += fromRefund
  account.isOpen = true
  account.topUps += 1
  account.paid += amount
  books.payments.push({ key: keyOf(decision), amount, at })
  spend(books, amount - fromRefund)
}

/** Adds up the same figures from the recording. */
function countRecorded({ before, after, moves }: Step, books: Books): void {
  const seconds = after.block.timestamp - before.block.timestamp
  for (const one of before.subAccounts) {
    const account = accountIn(books, one)
    if (one.available < account.minimum) account.secondsBelow += seconds
  }
  for (const [key, { paid, charged, claimed }] of moves.accounts) {
    const account = books.accounts.get(key)
    if (!account) continue
    account.charged += charged
    account.paid += paid
    if (paid > 0n) account.topUps += 1
    spend(books, paid - claimed)
  }
}

function unrecordedIn(all: readonly PlanConditions[]): (keyof PlanConditions)[] {
  const names = ['minLockedBalance', 'minTransfer', 'gasReserve', 'unsettledFees'] as const
  return names.filter((name) => all.every((one) => one[name] === null))
}
