import type { SettlementPlace } from '../../chain/settlement-signature.ts'
import type { Accounts } from './accounts.ts'
import type { Funds } from './funds.ts'
import type { RefundRules } from './refunds.ts'
import type { Revert } from './revert.ts'
import type { Storage } from './storage.ts'
import type { Context } from './transaction.ts'

export type ServingOptions = {
  storage: Storage
  funds: Funds
  address: string
  owner: string
  /** In seconds. */
  lockTime: number
  rules: RefundRules
  /** Where signatures of settlements hold. */
  place: SettlementPlace
  /** Books a charge in LedgerManager. */
  spend(context: Pick<Context, 'emit'>, user: string, amount: bigint): void
}

/** The differences between the two services. */
export type ServingKind = {
  contract: 'inference' | 'fineTuning'
  /** Emits no event where the lock time does not change. */
  isQuietWhenSame: boolean
  /** Checks the user and the provider of a transfer. */
  check(user: string, provider: string): void
  lockTimeOutOfRange(lockTime: bigint): Revert
  limitTooLarge(limit: bigint): Revert
  callerNotLedger(caller: string): Revert
}

/** The part of a service that LedgerManager calls. */
export type Serving = {
  address: string
  accounts: Accounts
  /** Seconds. */
  lockTime(): number
  open(context: Context, provider: string, first: { paid: bigint; additionalInfo: string }): void
  deposit(context: Context, provider: string, more: { paid: bigint; cancelled: bigint }): void
  /** Gas of the first read of an account in a call. */
  firstReadWork(user: string, provider: string): number
  /** Gas of reading it again. */
  nextReadWork(user: string, provider: string): number
  /** Claims the unlocked refunds. @returns their amount */
  claim(context: Context, provider: string): bigint
  requestAll(context: Context, provider: string): void
  remove(context: Pick<Context, 'emit'>, user: string, provider: string): void
}
