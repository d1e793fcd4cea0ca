import { min } from '../../../machines/wei.ts'
import {
  bytesOf,
  MAX_INFO_BYTES,
  MAX_PROVIDERS_PER_BATCH,
  MAX_SERVICES,
  MAX_SUB_ACCOUNTS,
  pageOf,
  ZERO_ADDRESS,
} from './constants.ts'
import type { Funds } from './funds.ts'
import { infoWork, RETRIEVAL_WORK } from './gas.ts'
import { createLedgerStore, requireMinimum } from './ledger-store.ts'
import type { Registry } from './registry.ts'
import { Revert } from './revert.ts'
import type { Storage } from './storage.ts'
import type { Context } from './transaction.ts'

export type { Ledger } from './ledger-store.ts'

export type LedgerOptions = {
  address: string
  /** In wei: the minimum to open a ledger with, or to leave in one. */
  minLedgerBalance: bigint
  /** In wei: the minimum to open a sub-account with. */
  minTransfer: bigint
}

/** LedgerManager: the wallets' unallocated funds, and the transfers into and out of sub-accounts. */
export function createLedger(storage: Storage, funds: Funds, registry: Registry, options: LedgerOptions) {
  const { address, minLedgerBalance, minTransfer } = options
  const ledgers = createLedgerStore(storage, registry, minLedgerBalance)

  const calls = {
    addLedger({ from, value }: Context, additionalInfo: string): [balance: bigint, pendingRefund: bigint] {
      requireMinimum(value, minLedgerBalance)
      checkInfo(additionalInfo)
      if (ledgers.find(from)) throw new Revert('LedgerExists', { user: from })
      ledgers.open(from, value, additionalInfo)
      return [value, 0n]
    },
    depositFund({ from, value }: Context): void {
      ledgers.deposit(from, value)
    },
    depositFundFor({ value }: Context, recipient: string): void {
      if (recipient === ZERO_ADDRESS) throw new Revert('ZeroAddressNotAllowed')
      ledgers.deposit(recipient, value)
    },
    updateAdditionalInfo({ from, emit }: Context, additionalInfo: string): void {
      checkInfo(additionalInfo)
      ledgers.put({ ...ledgers.get(from), additionalInfo })
      emit('ledger', 'LedgerInfoUpdated', { user: from, additionalInfo })
    },
    refund({ from, emit }: Context, amount: bigint): void {
      const ledger = ledgers.get(from)
      if (ledger.availableBalance < amount) throw new Revert('InsufficientBalance', { user: from })
      const rest = ledger.availableBalance - amount
      if (rest > 0n) requireMinimum(rest, minLedgerBalance)
      const totalBalance = ledger.totalBalance - amount
      if (totalBalance === 0n) ledgers.close(from, emit)
      else ledgers.put({ ...ledger, availableBalance: rest, totalBalance })
      funds.move(address, from, amount)
    },
    deleteLedger({ from, emit }: Context): void {
      const { totalBalance } = ledgers.get(from)
      if (totalBalance !== 0n) throw new Revert('MustWithdrawAllFundsFirst', { remainingBalance: totalBalance })
      ledgers.close(from, emit)
    },
    transferFund(context: Context, provider: string, serviceName: string, amount: bigint): void {
      const { from } = context
      const ledger = ledgers.get(from)
      const serving = registry.named(serviceName)
      const exists = serving.accounts.exists(from, provider)
      if (!exists) {
        requireMinimum(amount, minTransfer)
        ledgers.addProvider(from, serving, provider)
        // The info is read for the new sub-account, whether the ledger can pay and the service accepts it or not.
        context.work(infoWork(ledger.additionalInfo))
      }
      const pending = exists ? serving.accounts.get(from, provider).pendingRefund : 0n
      const cancelled = min(amount, pending)
      const paid = amount - cancelled
      const { availableBalance } = ledger
      if (availableBalance < paid)
        throw new Revert('InsufficientAvailableBalance', { available: availableBalance, required: paid })
      ledgers.put({ ...ledger, availableBalance: availableBalance - paid })
      funds.move(address, serving.address, paid)
      withCallFailed(() =>
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
      ledgers.get(from)
      let claimed = 0n
      context.work(RETRIEVAL_WORK.listed * wanted.length)
      const existing = wanted.filter((one) => serving.accounts.exists(from, one))
      for (const [at, provider] of existing.entries()) {
        context.work(RETRIEVAL_WORK.account)
        const isFirst = existing.indexOf(provider) === at
        context.work(isFirst ? serving.firstReadWork(from, provider) : serving.nextReadWork(from, provider))
        claimed += serving.claim(context, provider)
        serving.requestAll(context, provider)
      }
      const ledger = ledgers.get(from)
      ledgers.put({ ...ledger, availableBalance: ledger.availableBalance + claimed })
      funds.move(serving.address, address, claimed)
    },
    spendFund({ from }: Context): void {
      // Services call spend() below; a wallet's call always reverts.
      throw new Revert('CallerNotRegisteredService', { caller: from })
    },
  }

  const views = {
    getLedger: (_: string, user: string) => ledgers.get(user),
    getAllLedgers(_: string, offset: bigint, limit: bigint) {
      const all = ledgers.users()
      return { ledgers: pageOf(all, offset, limit).map(ledgers.get), total: BigInt(all.length) }
    },
    getLedgerProviders: (_: string, user: string, serviceName: string) =>
      ledgers.providersOf(user, registry.named(serviceName)),
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
    find: ledgers.find,
    /** Books a service's charge of a sub-account. */
    spend({ emit }: Pick<Context, 'emit'>, service: string, user: string, amount: bigint): void {
      const ledger = ledgers.get(user)
      ledgers.put({ ...ledger, totalBalance: ledger.totalBalance - amount })
      emit('ledger', 'FundSpent', { user, service, amount })
    },
  }
}

function checkInfo(additionalInfo: string): void {
  const length = bytesOf(additionalInfo)
  if (length > MAX_INFO_BYTES)
    throw new Revert('AdditionalInfoTooLong', { length: BigInt(length), max: BigInt(MAX_INFO_BYTES) })
}

/** LedgerManager replaces a service's error by CallFailed. */
function withCallFailed(call: () => void): void {
  try {
    call()
  } catch (error) {
    throw error instanceof Revert ? new Revert('CallFailed') : error
  }
}
