import type { Account } from './accounts.ts'
import { bytesOf, MAX_INFO_BYTES, MAX_LOCK_TIME, MAX_PAGE, MIN_LOCK_TIME, pageOf, ZERO_ADDRESS } from './constants.ts'
import type { Offer } from './offers.ts'
import { Revert } from './revert.ts'
import { createServing } from './serving.ts'
import type { ServingKind, ServingOptions } from './serving.types.ts'
import { createSettlements } from './settlements.ts'
import { createTokens } from './tokens.ts'
import type { Context } from './transaction.ts'

export type InferenceOfferInput = {
  serviceType: string
  url: string
  model: string
  verifiability: string
  inputPrice: bigint
  outputPrice: bigint
  additionalInfo: string
  teeSignerAddress: string
}

export type InferenceOffer = Offer & InferenceOfferInput & { updatedAt: bigint }

const kind: ServingKind = {
  contract: 'inference',
  isQuietWhenSame: false,
  check(user, provider) {
    if (provider === ZERO_ADDRESS) throw new Revert('InvalidAddress', { addr: provider })
    if (user === provider) throw new Revert('ProviderCannotBeUser')
  },
  lockTimeOutOfRange: (lockTime) =>
    new Revert('LockTimeOutOfRange', { lockTime, min: BigInt(MIN_LOCK_TIME), max: BigInt(MAX_LOCK_TIME) }),
  limitTooLarge: (limit) => new Revert('LimitTooLarge', { limit, max: BigInt(MAX_PAGE) }),
  callerNotLedger: (caller) => new Revert('CallerNotLedger', { caller }),
}

/** InferenceServing: sub-accounts with API tokens, providers' services and settlements. */
export function createInference(options: ServingOptions) {
  const base = createServing<InferenceOffer>(kind, options)
  const { accounts, offers } = base
  const tokens = createTokens(accounts)
  const settlements = createSettlements({ ...options, accounts, offers, settle: base.settle })
  const calls = {
    ...base.calls,
    ...tokens.calls,
    ...settlements.calls,
    addOrUpdateService(context: Context, input: InferenceOfferInput): void {
      const { from, value, timestamp, emit } = context
      if (offers.stake(context)) emit('inference', 'ProviderStaked', { provider: from, amount: value })
      if (bytesOf(input.additionalInfo) > MAX_INFO_BYTES) throw new Revert('AdditionalInfoTooLong')
      const before = offers.find(from)
      const updatedAt = BigInt(timestamp)
      const teeSignerAcknowledged = before?.teeSignerAcknowledged === true && isSameService(before, input)
      offers.put({ ...input, provider: from, updatedAt, teeSignerAcknowledged })
      const { serviceType, url, inputPrice, outputPrice, model, verifiability } = input
      const args = { service: from, serviceType, url, inputPrice, outputPrice, updatedAt, model, verifiability }
      emit('inference', 'ServiceUpdated', args)
    },
  }

  const views = {
    ...base.views,
    ...settlements.views,
    ...base.lists(accountView),
    getAccount: (_: string, user: string, provider: string) => accountView(accounts.get(user, provider)),
    isTokenRevoked: tokens.isRevoked,
    getService: (_: string, provider: string) => offers.get(provider),
    serviceExists: (_: string, provider: string) => offers.find(provider) !== undefined,
    getAllServices(_: string, offset: bigint, limit: bigint) {
      if (limit > BigInt(MAX_PAGE)) throw kind.limitTooLarge(limit)
      const all = offers.all()
      return { services: pageOf(all, offset, limit), total: BigInt(all.length) }
    },
  }

  return { ...base, calls, views }
}

/** Whether the acknowledged fields are unchanged; URL and prices may change without a new acknowledgement. */
function isSameService(before: InferenceOffer, now: InferenceOfferInput): boolean {
  const fields = ['serviceType', 'model', 'verifiability', 'additionalInfo', 'teeSignerAddress'] as const
  return fields.every((field) => before[field] === now[field])
}

/** An account in the form of the contract's ABI. */
function accountView(account: Account) {
  const { user, provider, nonce, balance, pendingRefund, additionalInfo, acknowledged } = account
  const { generation, revokedBitmap } = account
  return {
    user,
    provider,
    nonce,
    balance,
    pendingRefund,
    refunds: account.refunds.map(({ index, amount, createdAt }) => ({
      index: BigInt(index),
      amount,
      createdAt: BigInt(createdAt),
      processed: false,
    })),
    additionalInfo,
    acknowledged,
    validRefundsLength: BigInt(account.validRefundsLength),
    generation,
    revokedBitmap,
  }
}
