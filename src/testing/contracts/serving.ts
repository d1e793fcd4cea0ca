import { createAccounts, emptyAccount, type Account } from './accounts.ts'
import {
  MAX_LOCK_TIME,
  MAX_PAGE,
  MAX_USERS,
  MIN_LOCK_TIME,
  MIN_PROVIDER_STAKE,
  pageOf,
  ZERO_ADDRESS,
} from './constants.ts'
import { createOffers, type Offer } from './offers.ts'
import { createOwnership } from './ownership.ts'
import { Revert } from './revert.ts'
import type { ServingKind, ServingOptions } from './serving.types.ts'
import { createSubAccountEntry } from './sub-account-entry.ts'
import type { Context } from './transaction.ts'

/** ERC165 and IServing. */
const INTERFACES = ['0x01ffc9a7', '0x160841b1']
const noAccount = emptyAccount(ZERO_ADDRESS, ZERO_ADDRESS)

/** The common base of both services. */
export function createServing<O extends Offer>(kind: ServingKind, options: ServingOptions) {
  const { storage, funds, address, rules, spend } = options
  const { contract } = kind
  const accounts = createAccounts(storage)
  const offers = createOffers<O>(storage)
  const ownership = createOwnership(storage, contract, options.owner)
  const requireOwner = ownership.require
  const settings = storage.table<number>()
  settings.set('lockTime', options.lockTime)
  const lockTime = () => settings.get('lockTime') ?? options.lockTime

  const serving = createSubAccountEntry(kind, { address, accounts, rules, lockTime, balanceUpdated })

  const calls = {
    ...ownership.calls,
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
    ...ownership.views,
    supportsInterface: (_: string, id: string) => INTERFACES.includes(id),
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
    /** The list views, with each account in the service's own form. */
    lists<T>(view: (account: Account) => T) {
      const page = (list: readonly Account[], offset: bigint, limit: bigint) => {
        if (limit > BigInt(MAX_PAGE)) throw kind.limitTooLarge(limit)
        return { accounts: pageOf(list, offset, limit).map(view), total: BigInt(list.length) }
      }
      return {
        getAllAccounts: (_: string, offset: bigint, limit: bigint) => page(accounts.all(), offset, limit),
        getAccountsByUser: (_: string, user: string, offset: bigint, limit: bigint) =>
          page(accounts.ofUser(user), offset, limit),
        getAccountsByProvider: (_: string, provider: string, offset: bigint, limit: bigint) =>
          page(accounts.ofProvider(provider), offset, limit),
        getBatchAccountsByUsers(from: string, users: readonly string[]) {
          const size = BigInt(users.length)
          const max = BigInt(MAX_USERS[contract])
          if (size > max) throw new Revert('BatchSizeTooLarge', { size, max })
          return users.map((user) => view(accounts.find(user, from) ?? noAccount))
        },
      }
    },
    /** Charges a fee to a sub-account that holds it; cancels refunds where the available part is too small. */
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

  function notLedger({ from }: Context): void {
    throw kind.callerNotLedger(from)
  }
}
