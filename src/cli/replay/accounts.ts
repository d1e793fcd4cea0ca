import type { Fall } from '../../../machines/index.ts'
import type { Position, SubAccountPosition } from '../../index.ts'
import type { PlanConditions } from './plan-conditions.ts'
import type { FundingConfig } from '../config/file.ts'
import { keyOf, type SubAccountId } from '../../base/sub-account-key.ts'
import { least, positive } from './movements.ts'
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
}

export type Books = {
  accounts: ReadonlyMap<string, Account>
  /** What the ledger has available. */
  ledger: bigint
  /** What the ledger paid less what came back, and the most that this ever was. */
  spent: bigint
  mostSpent: bigint
  payments: Payment[]
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
    },
  ])
  return {
    accounts: new Map(accounts),
    ledger: first?.ledger?.available ?? 0n,
    spent: 0n,
    mostSpent: 0n,
    payments: [],
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

/** The part of a recorded refund that is still pending in the replay. */
export const pendingOf = ({ cancelled, balance }: Account, recorded: SubAccountPosition | undefined): bigint =>
  least(positive((recorded?.pendingRefund ?? 0n) - cancelled), balance)

/** The position that a broker would have read at this block. */
export function positionIn(books: Books, recorded: Position): Position {
  const known = new Map(recorded.subAccounts.map((one) => [keyOf(one), one]))
  const open = [...books.accounts].filter(([key, { isOpen }]) => isOpen || known.has(key))
  const available = positive(books.ledger)
  return {
    ...recorded,
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
