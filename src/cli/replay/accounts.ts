import { min, sum } from '../../../machines/wei.ts'
import type { Fall } from '../../../machines/index.ts'
import type { HoldReason, Position, SubAccountPosition } from '../../index.ts'
import type { PlanConditions } from './plan-conditions.ts'
import type { FundingConfig } from '../config/file.ts'
import { keyOf, type SubAccountId } from '../../base/sub-account-key.ts'
import { positive } from './movements.ts'
import { minimumAt, minimumIn, type FundedAccount, type Payment } from './policy.ts'

/** A sub-account in a replay. Amounts in wei. */
export type Account = SubAccountId & {
  /** What its provider wants to see locked. */
  minimum: bigint
  balance: bigint
  /** The part of the recorded refund that top-ups took. */
  cancelled: bigint
  /** It existed from the beginning, or a top-up of the replay opened it. */
  isOpen: boolean
  topUps: number
  paid: bigint
  charged: bigint
  unpaid: bigint
  secondsBelow: number
  falls: Fall[]
  /** The last charge, in seconds of block time; null without one. */
  chargedAt: number | null
  /** Idle money that the policy asked back and that is not home yet, oldest first. */
  reclaims: Reclaim[]
  reclaimedAt: number | null
  /** How often money was asked back, and what of it came home. */
  requests: number
  claimed: bigint
}

/** A refund that the policy asked for. Amount in wei, times in seconds of block time. */
export type Reclaim = { amount: bigint; createdAt: number; unlocksAt: number }

/** A deposit, and when it was decided on, in seconds of block time. */
export type Deposit = { amount: bigint; at: number }

export type Books = {
  accounts: ReadonlyMap<string, Account>
  /** What the ledger has available. */
  ledger: bigint
  /** What the ledger paid less what came back, and the most that this ever was. */
  spent: bigint
  mostSpent: bigint
  payments: Payment[]
  deposits: Deposit[]
  /** What the wallet has more than in the recording: deposits that were left out, less those of the policy. */
  walletChange: bigint
  /** Block time until which a recorded withdrawal holds deposits. */
  withdrawnUntil: number
  /** For how many seconds a deposit was due and held, by reason. */
  depositHolds: Map<HoldReason, number>
}

/** All sub-accounts of recording and policy, with the balances of the first position. */
export function openBooks(
  positions: readonly Position[],
  funded: readonly FundedAccount[],
  { defaults, recorded }: Pick<FundingConfig, 'defaults'> & { recorded: PlanConditions },
): Books {
  const [first] = positions
  const known = new Map(first?.subAccounts.map((one) => [keyOf(one), one]))
  const minimums = new Map(funded.map((one) => [keyOf(one), minimumAt(one.minimum, recorded)]))
  const usualMinimum = minimumAt(minimumIn(defaults), recorded)
  const all = [...positions.flatMap(({ subAccounts }) => subAccounts), ...funded]
  const accounts = all.map((one): [string, Account] => [
    keyOf(one),
    {
      provider: one.provider,
      serviceType: one.serviceType,
      minimum: minimums.get(keyOf(one)) ?? usualMinimum,
      balance: known.get(keyOf(one))?.balance ?? 0n,
      cancelled: 0n,
      isOpen: known.has(keyOf(one)),
      topUps: 0,
      paid: 0n,
      charged: 0n,
      unpaid: 0n,
      secondsBelow: 0,
      falls: [],
      chargedAt: null,
      reclaims: [],
      reclaimedAt: null,
      requests: 0,
      claimed: 0n,
    },
  ])
  return {
    accounts: new Map(accounts),
    ledger: first?.ledger?.available ?? 0n,
    spent: 0n,
    mostSpent: 0n,
    payments: [],
    deposits: [],
    walletChange: 0n,
    withdrawnUntil: 0,
    depositHolds: new Map(),
  }
}

export function spend(books: Books, amount: bigint): void {
  books.ledger -= amount
  books.spent += amount
  if (books.spent > books.mostSpent) books.mostSpent = books.spent
}

export function accountIn({ accounts }: Books, id: SubAccountId): Account {
  const account = accounts.get(keyOf(id))
  if (account) return account
  throw new Error(`The replay has no sub-account ${keyOf(id)}.`)
}

/** What is pending in the replay: the part of a recorded refund that no top-up took, and what the policy asked back. */
export const pendingOf = (
  { cancelled, balance, reclaims }: Account,
  recorded: SubAccountPosition | undefined,
): bigint =>
  min(positive((recorded?.pendingRefund ?? 0n) - cancelled) + sum(reclaims.map(({ amount }) => amount)), balance)

/** The position that a broker would have read at this block. */
export function positionIn(books: Books, recorded: Position): Position {
  const known = new Map(recorded.subAccounts.map((one) => [keyOf(one), one]))
  const open = [...books.accounts].filter(([key, { isOpen }]) => isOpen || known.has(key))
  const available = positive(books.ledger)
  return {
    ...recorded,
    wallet: { ...recorded.wallet, balance: positive(recorded.wallet.balance + books.walletChange) },
    ledger:
      recorded.ledger || available > 0n
        ? { additionalInfo: '', ...recorded.ledger, available, total: available, locked: 0n }
        : null,
    subAccounts: open.map(([key, account]) => {
      const pendingRefund = pendingOf(account, known.get(key))
      return {
        ...(known.get(key) ?? newAccount),
        provider: account.provider,
        serviceType: account.serviceType,
        balance: account.balance,
        pendingRefund,
        available: account.balance - pendingRefund,
      }
    }),
  }
}

const newAccount = { claimable: 0n, refunds: [], acknowledged: true, tokensRevoked: false }
