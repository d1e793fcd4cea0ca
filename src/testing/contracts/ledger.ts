import {
  bytesOf,
  MAX_INFO_BYTES,
  MAX_PROVIDERS_PER_BATCH,
  MAX_SERVICES,
  MAX_SUB_ACCOUNTS,
  pageOf,
  ZERO_ADDRESS,
} from './constants.ts'
import { createMembers } from './members.ts'
import type { Funds } from './funds.ts'
import type { Registry } from './registry.ts'
import { Revert } from './revert.ts'
import type { Serving } from './serving.ts'
import type { Storage } from './storage.ts'
import type { Context } from './transaction.ts'

/** A ledger, in wei. `totalBalance` counts what lies in sub-accounts too. */
export type Ledger = { user: string; availableBalance: bigint; totalBalance: bigint; additionalInfo: string }

export type LedgerOptions = {
  address: string
  /** In wei: the least to open a ledger with, or to leave in one. */
  minLedgerBalance: bigint
  /** In wei: the least to open a sub-account with. */
  minTransfer: bigint
}

/** LedgerManager: the wallets' unallocated money, and the way into and out of sub-accounts. */
export function createLedger(storage: Storage, funds: Funds, registry: Registry, options: LedgerOptions) {
  const { address, minLedgerBalance, minTransfer } = options
  const ledgers = storage.table<Ledger>()
  const keys = createMembers(storage.table())
  /** By user and service: all that was ever opened since the ledger was. */
  const providers = createMembers(storage.table())

  const calls = {
    addLedger({ from, value }: Context, additionalInfo: string): void {
      requireMinimum(value, minLedgerBalance)
      checkInfo(additionalInfo)
      if (ledgers.get(from)) throw new Revert('LedgerExists', { user: from })
      open(from, value, additionalInfo)
    },
    depositFund({ from, value }: Context): void {
      deposit(from, value)
    },
    depositFundFor({ value }: Context, recipient: string): void {
      if (recipient === ZERO_ADDRESS) throw new Revert('ZeroAddressNotAllowed')
      deposit(recipient, value)
    },
    updateAdditionalInfo({ from, emit }: Context, additionalInfo: string): void {
      checkInfo(additionalInfo)
      ledgers.set(from, { ...get(from), additionalInfo })
      emit('ledger', 'LedgerInfoUpdated', { user: from, additionalInfo })
    },
    refund({ from, emit }: Context, amount: bigint): void {
      const ledger = get(from)
      if (ledger.availableBalance < amount) throw new Revert('InsufficientBalance', { user: from })
      const rest = ledger.availableBalance - amount
      if (rest > 0n) requireMinimum(rest, minLedgerBalance)
      const totalBalance = ledger.totalBalance - amount
      if (totalBalance === 0n) close(from, emit)
      else ledgers.set(from, { ...ledger, availableBalance: rest, totalBalance })
      funds.move(address, from, amount)
    },
    deleteLedger({ from, emit }: Context): void {
      const { totalBalance } = get(from)
      if (totalBalance !== 0n) throw new Revert('MustWithdrawAllFundsFirst', { remainingBalance: totalBalance })
      close(from, emit)
    },
    transferFund(context: Context, provider: string, serviceName: string, amount: bigint): void {
      const { from } = context
      const ledger = get(from)
      const serving = registry.named(serviceName)
      const exists = serving.accounts.exists(from, provider)
      if (!exists) {
        requireMinimum(amount, minTransfer)
        enlist(from, serving, provider)
      }
      const pending = exists ? serving.accounts.get(from, provider).pendingRefund : 0n
      const cancelled = amount < pending ? amount : pending
      const paid = amount - cancelled
      const { availableBalance } = ledger
      if (availableBalance < paid)
        throw new Revert('InsufficientAvailableBalance', { available: availableBalance, required: paid })
      ledgers.set(from, { ...ledger, availableBalance: availableBalance - paid })
      funds.move(address, serving.address, paid)
      hidingReasons(() =>
        exists
          ? serving.deposit(context, provider, { paid, cancelled })
          : serving.open(context, provider, { paid, additionalInfo: ledger.additionalInfo }),
      )
    },
    retrieveFund(context: Context, wanted: readonly string[], serviceName: string): void {
      const { from } = context
      const requested = BigInt(wanted.length)
      const maximum = BigInt(MAX_PROVIDERS_PER_BATCH)
      if (requested > maximum) throw new Revert('TooManyProviders', { requested, maximum })
      const serving = registry.named(serviceName)
      get(from)
      let claimed = 0n
      for (const provider of wanted.filter((one) => serving.accounts.exists(from, one))) {
        claimed += serving.claim(context, provider)
        serving.requestAll(context, provider)
      }
      const ledger = get(from)
      ledgers.set(from, { ...ledger, availableBalance: ledger.availableBalance + claimed })
      funds.move(serving.address, address, claimed)
    },
    spendFund({ from }: Context): void {
      // Services call it from within; everybody else is a stranger.
      throw new Revert('CallerNotRegisteredService', { caller: from })
    },
  }

  const views = {
    getLedger: (_: string, user: string) => get(user),
    getAllLedgers(_: string, offset: bigint, limit: bigint) {
      const all = keys.of('')
      return { ledgers: pageOf(all, offset, limit).map(get), total: BigInt(all.length) }
    },
    getLedgerProviders: (_: string, user: string, serviceName: string) =>
      providers.of(keyOf(user, registry.named(serviceName))),
    MIN_ACCOUNT_BALANCE: () => minLedgerBalance,
    MIN_TRANSFER_AMOUNT: () => minTransfer,
    MAX_PROVIDERS_PER_BATCH: () => BigInt(MAX_PROVIDERS_PER_BATCH),
    MAX_PROVIDERS_PER_USER_PER_SERVICE: () => BigInt(MAX_SUB_ACCOUNTS),
    MAX_ADDITIONAL_INFO_LENGTH: () => BigInt(MAX_INFO_BYTES),
    MAX_SERVICES: () => BigInt(MAX_SERVICES),
  }

  return {
    address,
    calls,
    views,
    find: (user: string) => ledgers.get(user),
    /** A service was paid out of a sub-account. */
    spend({ emit }: Pick<Context, 'emit'>, service: string, user: string, amount: bigint): void {
      const ledger = get(user)
      ledgers.set(user, { ...ledger, totalBalance: ledger.totalBalance - amount })
      emit('ledger', 'FundSpent', { user, service, amount })
    },
  }

  function get(user: string): Ledger {
    const ledger = ledgers.get(user)
    if (!ledger) throw new Revert('LedgerNotExists', { user })
    return ledger
  }

  function open(user: string, amount: bigint, additionalInfo: string): void {
    ledgers.set(user, { user, availableBalance: amount, totalBalance: amount, additionalInfo })
    keys.add('', user)
  }

  function deposit(user: string, amount: bigint): void {
    if (amount === 0n) throw new Revert('ZeroAmountNotAllowed')
    const ledger = ledgers.get(user)
    if (ledger) {
      const { availableBalance, totalBalance } = ledger
      ledgers.set(user, {
        ...ledger,
        availableBalance: availableBalance + amount,
        totalBalance: totalBalance + amount,
      })
      return
    }
    requireMinimum(amount, minLedgerBalance)
    open(user, amount, '')
  }

  /** The ledger and every sub-account go together. */
  function close(user: string, emit: Context['emit']): void {
    ledgers.set(user, undefined)
    keys.remove('', user)
    for (const serving of registry.all()) {
      const key = keyOf(user, serving)
      for (const provider of providers.of(key)) {
        serving.remove({ emit }, user, provider)
        providers.remove(key, provider)
      }
    }
  }

  function enlist(user: string, serving: Serving, provider: string): void {
    const key = keyOf(user, serving)
    const current = BigInt(providers.of(key).length)
    const maximum = BigInt(MAX_SUB_ACCOUNTS)
    if (current >= maximum) throw new Revert('TooManyProvidersForService', { current, maximum })
    providers.add(key, provider)
  }
}

const keyOf = (user: string, { address }: Serving): string => `${user} ${address}`

function requireMinimum(provided: bigint, required: bigint): void {
  if (provided < required) throw new Revert('MinimumDepositRequired', { provided, required })
}

function checkInfo(additionalInfo: string): void {
  const length = bytesOf(additionalInfo)
  if (length > MAX_INFO_BYTES)
    throw new Revert('AdditionalInfoTooLong', { length: BigInt(length), max: BigInt(MAX_INFO_BYTES) })
}

/** LedgerManager does not pass on why a service refused. */
function hidingReasons(call: () => void): void {
  try {
    call()
  } catch (error) {
    throw error instanceof Revert ? new Revert('CallFailed') : error
  }
}
