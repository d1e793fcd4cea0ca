import type { Account, Accounts } from './accounts.ts'
import { firstReadWork, nextReadWork } from './gas.ts'
import { claim, request } from './refunds.ts'
import { Revert } from './revert.ts'
import type { Serving, ServingKind, ServingOptions } from './serving.types.ts'
import type { Context } from './transaction.ts'

export type SubAccountEntryOptions = Pick<ServingOptions, 'address' | 'rules'> & {
  accounts: Accounts
  /** Seconds. */
  lockTime(): number
  balanceUpdated(context: Pick<Context, 'emit'>, account: Account): void
}

/** The functions of a service that only LedgerManager may call. */
export function createSubAccountEntry(kind: ServingKind, options: SubAccountEntryOptions): Serving {
  const { address, accounts, rules, lockTime, balanceUpdated } = options
  const { contract } = kind

  return {
    address,
    accounts,
    lockTime,
    open(context, provider, { paid, additionalInfo }) {
      kind.check(context.from, provider)
      balanceUpdated(context, accounts.add(context.from, provider, paid, additionalInfo))
    },
    deposit(context, provider, { paid, cancelled }) {
      kind.check(context.from, provider)
      const account = rules.cancel(accounts.get(context.from, provider), cancelled)
      save(context, { ...account, balance: account.balance + paid, acknowledged: true })
    },
    firstReadWork: (user, provider) => firstReadWork({ ...accounts.get(user, provider), contract }),
    nextReadWork: (user, provider) => nextReadWork({ ...accounts.get(user, provider), contract }),
    claim(context, provider) {
      const before = accounts.get(context.from, provider)
      const lock = lockTime()
      const { account, amount } = claim(before, (refund) => rules.isUnlocked(refund, lock, context.timestamp))
      if (amount > 0n) save(context, account)
      return amount
    },
    requestAll({ from, timestamp, emit }, provider) {
      const account = request(accounts.get(from, provider), timestamp)
      if (!account) throw new Revert('TooManyRefunds', { user: from, provider })
      accounts.put(account)
      const { validRefundsLength } = account
      // The contract emits the event even where the request adds no refund.
      if (validRefundsLength === 0) return
      const index = BigInt(validRefundsLength - 1)
      emit(contract, 'RefundRequested', { user: from, provider, index, timestamp: BigInt(timestamp) })
    },
    remove({ emit }, user, provider) {
      const { balance } = accounts.get(user, provider)
      accounts.remove(user, provider)
      emit(contract, 'AccountDeleted', { user, provider, refundedAmount: balance })
    },
  }

  function save(context: Pick<Context, 'emit'>, account: Account): void {
    accounts.put(account)
    balanceUpdated(context, account)
  }
}
