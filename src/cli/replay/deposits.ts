import { min } from '../../../machines/wei.ts'
import { depositOn, limitsAt, type Decision, type DepositDecision, type Payer } from '../../../machines/index.ts'
import { toDepositPolicy, type DepositPolicy, type Position } from '../../index.ts'
import type { DepositTerms } from '../config/deposit-terms.ts'
import type { Books } from './accounts.ts'
import { positive, type Moves } from './movements.ts'
import type { PlanConditions } from './plan-conditions.ts'

/** More OG than exist. */
const ENOUGH = 10n ** 40n
/** For so many seconds after a withdrawal the broker deposits nothing. */
const WITHDRAWAL_REST = 600

/** Auto-deposit of a policy. What another wallet has that deposits is in no recording: it has enough. */
export type ReplayedDeposits = { policy: DepositPolicy; isOwn: boolean }

export function replayedDeposits({ from, ...terms }: DepositTerms, wallet: string | undefined): ReplayedDeposits {
  return { policy: toDepositPolicy(terms), isOwn: from === undefined || from === wallet }
}

export type DepositInputs = {
  position: Position
  /** The plan as if nothing were deposited. */
  made: { decisions: readonly Decision[]; shortfall: bigint }
  recorded: PlanConditions
  /** Refunds that come home before the next position. */
  arriving: bigint
}

/** What the policy deposits at a position of the replay, or why nothing. Approval counts as given. */
export function depositAt(
  books: Books,
  { policy, isOwn }: ReplayedDeposits,
  { position, made, recorded, arriving }: DepositInputs,
): DepositDecision {
  const { levels, maxLedger, maxDeposit, budget, cooldown, gasReserve } = policy
  const spending = { maxTopUp: maxDeposit, budget, cooldown, ledgerReserve: 0n }
  const { budgetLeft, coolingUntil } = limitsAt(spending, () => books.deposits, position.block.timestamp)
  const payer: Payer = isOwn
    ? {
        balance: position.wallet.balance,
        reserve: (recorded.gasReserve ?? 0n) + gasReserve,
        paysTopUps: true,
      }
    : { balance: ENOUGH, reserve: 0n, paysTopUps: false }
  return depositOn({
    position,
    plan: made,
    standing: {
      levels,
      limits: { maxDeposit, maxLedger, budgetLeft, coolingUntil },
      payer,
      needsApproval: false,
      inFlight: false,
      unresolved: false,
      settledFrom: null,
      failure: null,
      isClosing: false,
      withdrawnUntil: books.withdrawnUntil,
    },
    inFlightFromLedger: 0n,
    arriving,
    minLedger: recorded.minLedgerBalance,
    gasPrice: 0n,
    isStale: false,
    hasUnknownPending: false,
    feesAreHigh: false,
  })
}

type Interval = { before: Position; after: Position; moves: Moves }

/** The policy's deposit arrives, and the recorded ones did not happen: their money is in the wallet still. */
export function bookDeposit(
  books: Books,
  { isOwn }: ReplayedDeposits,
  decision: DepositDecision,
  { before, after, moves }: Interval,
): void {
  const { deposited } = moves
  const at = before.block.timestamp
  if (deposited < 0n) {
    books.ledger += deposited
    books.withdrawnUntil = after.block.timestamp + WITHDRAWAL_REST
  }
  // A deposit from another wallet left this one as it was.
  books.walletChange += min(positive(deposited), positive(before.wallet.balance - after.wallet.balance))
  if (decision.action === 'hold') {
    const held = books.depositHolds.get(decision.reason) ?? 0
    const seconds = after.block.timestamp - at
    if (decision.deficit > 0n) books.depositHolds.set(decision.reason, held + seconds)
    return
  }
  const { amount } = decision
  books.ledger += amount
  books.walletChange -= isOwn ? amount : 0n
  books.deposits.push({ amount, at })
}

/** Deposits as they were recorded. */
export function bookRecordedDeposit(books: Books, { before, moves: { deposited } }: Interval): void {
  books.ledger += deposited
  if (deposited > 0n) books.deposits.push({ amount: deposited, at: before.block.timestamp })
}
