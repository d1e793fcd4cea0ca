import { createAccounts, type Account, type Accounts } from './accounts.ts'
import { MAX_LOCK_TIME, MAX_PAGE, MIN_LOCK_TIME, MIN_PROVIDER_STAKE, pageOf } from './constants.ts'
import type { Funds } from './funds.ts'
import { createOffers, type Offer } from './offers.ts'
import { claim, request, type RefundRules } from './refunds.ts'
import { Revert } from './revert.ts'
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
  /** Tells LedgerManager what a provider was paid. */
  spend(context: Pick<Context, 'emit'>, user: string, amount: bigint): void
}

/** What the two services do differently. */
export type ServingKind = {
  contract: 'inference' | 'fineTuning'
  /** A lock time that is set to what it was is not told. */
  isQuietWhenSame: boolean
  /** Looks at who wants to open or fill a sub-account. */
  check(user: string, provider: string): void
  lockTimeOutOfRange(lockTime: bigint): Revert
  limitTooLarge(limit: bigint): Revert
  callerNotLedger(caller: string): Revert
}

/** The part of a service that LedgerManager works with. */
export type Serving = {
  address: string
  accounts: Accounts
  /** Seconds. */
  lockTime(): number
  open(context: Context, provider: string, first: { paid: bigint; additionalInfo: string }): void
  deposit(context: Context, provider: string, more: { paid: bigint; cancelled: bigint }): void
  /** @returns what is unlocked and goes to the ledger */
  claim(context: Context, provider: string): bigint
  requestAll(context: Context, provider: string): void
  remove(context: Pick<Context, 'emit'>, user: string, provider: string): void
}

/** What both services are made of. */
export function createServing<O extends Offer>(kind: ServingKind, options: ServingOptions) {
  const { storage, funds, address, owner, rules, spend } = options
  const { contract } = kind
  const accounts = createAccounts(storage)
  const offers = createOffers<O>(storage)
  const settings = storage.table<number>()
  settings.set('lockTime', options.lockTime)
  const lockTime = () => settings.get('lockTime') ?? options.lockTime

  const serving: Serving = {
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
      // It says so even when there was nothing to ask back.
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

  const calls = {
    acknowledgeTEESigner({ from }: Context, provider: string, acknowledged: boolean): void {
      const account = accounts.get(from, provider)
      if (account.acknowledged && !acknowledged && account.balance !== 0n)
        throw new Revert('CannotRevokeWithNonZeroBalance', { user: from, provider, balance: account.balance })
      accounts.put({ ...account, acknowledged })
    },
    updateLockTime({ from, emit }: Context, wanted: bigint): void {
      requireOwner(from)
      if (wanted < BigInt(MIN_LOCK_TIME) || wanted > BigInt(MAX_LOCK_TIME)) throw kind.lockTimeOutOfRange(wanted)
      const oldLockTime = BigInt(lockTime())
      if (kind.isQuietWhenSame && wanted === oldLockTime) return
      settings.set('lockTime', Number(wanted))
      emit(contract, 'LockTimeUpdated', { oldLockTime, newLockTime: wanted })
    },
    acknowledgeTEESignerByOwner: (context: Context, provider: string) => acknowledgeOffer(context, provider, true),
    revokeTEESignerAcknowledgement: (context: Context, provider: string) => acknowledgeOffer(context, provider, false),
    removeService({ from, emit }: Context): void {
      const stake = offers.remove(from)
      if (stake > 0n) emit(contract, 'ProviderStakeReturned', { provider: from, amount: stake })
      emit(contract, 'ServiceRemoved', contract === 'inference' ? { service: from } : { provider: from })
      funds.move(address, from, stake)
    },
    addAccount: notLedger,
    depositFund: notLedger,
    processRefund: notLedger,
    requestRefundAll: notLedger,
    deleteAccount: notLedger,
  }

  const views = {
    lockTime: () => BigInt(lockTime()),
    MIN_LOCKTIME: () => BigInt(MIN_LOCK_TIME),
    MAX_LOCKTIME: () => BigInt(MAX_LOCK_TIME),
    MIN_PROVIDER_STAKE: () => MIN_PROVIDER_STAKE,
    accountExists: (_: string, user: string, provider: string) => accounts.exists(user, provider),
    getPendingRefund: (_: string, user: string, provider: string) => accounts.get(user, provider).pendingRefund,
  }

  return {
    serving,
    accounts,
    offers,
    calls,
    views,
    requireOwner,
    /** The views that list accounts, each shown as the service does it. */
    lists<T>(show: (account: Account) => T) {
      const page = (list: readonly Account[], offset: bigint, limit: bigint) => {
        if (limit > BigInt(MAX_PAGE)) throw kind.limitTooLarge(limit)
        return { accounts: pageOf(list, offset, limit).map(show), total: BigInt(list.length) }
      }
      return {
        getAllAccounts: (_: string, offset: bigint, limit: bigint) => page(accounts.all(), offset, limit),
        getAccountsByUser: (_: string, user: string, offset: bigint, limit: bigint) =>
          page(accounts.ofUser(user), offset, limit),
        getAccountsByProvider: (_: string, provider: string, offset: bigint, limit: bigint) =>
          page(accounts.ofProvider(provider), offset, limit),
      }
    },
    /** Takes a fee, which is there, out of a sub-account; refunds are cancelled for it where the rest is too little. */
    settle(context: Context, account: Account, fee: bigint): void {
      const missing = fee - (account.balance - account.pendingRefund)
      const left = missing > 0n ? rules.cancel(account, missing) : account
      spend(context, account.user, fee)
      save(context, { ...left, balance: left.balance - fee })
    },
  }

  function save(context: Pick<Context, 'emit'>, account: Account): void {
    accounts.put(account)
    balanceUpdated(context, account)
  }

  function balanceUpdated({ emit }: Pick<Context, 'emit'>, account: Account): void {
    const { user, provider, balance, pendingRefund } = account
    emit(contract, 'BalanceUpdated', { user, provider, amount: balance, pendingRefund })
  }

  function acknowledgeOffer({ from, emit }: Context, provider: string, acknowledged: boolean): void {
    requireOwner(from)
    const { teeSignerAddress } = offers.get(provider)
    offers.acknowledge(provider, acknowledged)
    emit(contract, 'ProviderTEESignerAcknowledged', { provider, teeSignerAddress, acknowledged })
  }

  function requireOwner(from: string): void {
    if (from !== owner) throw new Revert('Error', { reason: 'Ownable: caller is not the owner' })
  }

  function notLedger({ from }: Context): void {
    throw kind.callerNotLedger(from)
  }
}
