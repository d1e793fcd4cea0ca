import { max } from '../../../machines/wei.ts'
import { toPolicy, type HoldReason, type Position } from '../../index.ts'
import type { FundingConfig } from '../config/file.ts'
import { accountIn, openBooks, spend, type Books } from './accounts.ts'
import { bookRecordedDeposit, replayedDeposits } from './deposits.ts'
import { figuresOf, type Figures } from './figures.ts'
import { movesBetween } from './movements.ts'
import { countRequests, pass, type Policy, type Step } from './pass.ts'
import { noConditions, type PlanConditions } from './plan-conditions.ts'
import { fundedAccountsIn } from './policy.ts'

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
  /** How long a deposit of the policy was due and held, by reason. */
  depositHolds: readonly { reason: HoldReason; seconds: number }[]
  /** Conditions that no line of the recording states: the policy decides without them. */
  unrecorded: readonly (keyof PlanConditions)[]
}

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
  const { autoDeposit } = config
  const deposits = autoDeposit ? replayedDeposits(autoDeposit, first?.wallet.address) : null
  const terms: Policy = { funded, budget, deposits, knownSince: first?.block.timestamp ?? 0 }
  const simulate = (extra: bigint) => {
    const simulated = openBooks(positions, funded, options)
    simulated.ledger += extra
    for (const step of steps) pass(step, simulated, terms)
    return simulated
  }
  const reserve = max(0n, ...funded.map(({ policy }) => policy.ledgerReserve))
  const needed = simulate(UNLIMITED).mostSpent
  const made = simulate(0n)
  const recordedBooks = openBooks(positions, [], options)
  for (const step of steps) countRecorded(step, recordedBooks)
  return {
    positions: positions.length,
    seconds: first && last ? last.block.timestamp - first.block.timestamp : 0,
    policy: figuresOf(made, needed === 0n ? 0n : needed + reserve),
    recorded: figuresOf(recordedBooks, recordedBooks.mostSpent),
    depositHolds: [...made.depositHolds].map(([reason, seconds]) => ({ reason, seconds })),
    unrecorded: unrecordedIn([...conditions.values()], terms),
  }
}

/** Adds up the same figures from the recording. */
function countRecorded(step: Step, books: Books): void {
  const { before, after, moves } = step
  bookRecordedDeposit(books, step)
  countRequests(books, step)
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
    account.claimed += claimed
    if (paid > 0n) account.topUps += 1
    spend(books, paid - claimed)
  }
}

/** What is about deposits or idle money is missed only by a policy that has them. */
function unrecordedIn(all: readonly PlanConditions[], { funded, deposits }: Policy): (keyof PlanConditions)[] {
  const names: (keyof PlanConditions)[] = ['minLockedBalance', 'minTransfer', 'gasReserve', 'unsettledFees']
  if (deposits) names.push('minLedgerBalance')
  if (funded.some(({ policy }) => policy.reclaim !== null)) names.push('lockTimes')
  return names.filter((name) => all.every((one) => one[name] === null))
}
