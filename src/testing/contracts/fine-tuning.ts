import type { Account } from './accounts.ts'
import { find, inOrder, type Deliverable } from './deliverables.ts'
import type { Offer } from './offers.ts'
import { Revert } from './revert.ts'
import { createServing } from './serving.ts'
import type { ServingKind, ServingOptions } from './serving.types.ts'
import { createTasks } from './tasks.ts'
import type { Context } from './transaction.ts'

export type FineTuningOfferInput = {
  url: string
  quota: { cpuCount: bigint; nodeMemory: bigint; gpuCount: bigint; nodeStorage: bigint; gpuType: string }
  pricePerToken: bigint
  occupied: boolean
  models: readonly string[]
  teeSignerAddress: string
}

export type FineTuningOffer = Offer & FineTuningOfferInput

const kind: ServingKind = {
  contract: 'fineTuning',
  isQuietWhenSame: true,
  check: () => undefined,
  lockTimeOutOfRange: (lockTime) => new Revert('LockTimeOutOfRange', { lockTime }),
  limitTooLarge: (limit) => new Revert('LimitTooLarge', { limit }),
  callerNotLedger: () => new Revert('CallerNotLedger'),
}

export type FineTuningOptions = ServingOptions & {
  /** The part of a fee, in percent, that the user pays for unacknowledged work. */
  penaltyPercentage: number
}

/** FineTuningServing: sub-accounts with deliverables; the user pays each of them whole or not at all. */
export function createFineTuning(options: FineTuningOptions) {
  const { storage } = options
  const base = createServing<FineTuningOffer>(kind, options)
  const { accounts, offers } = base
  const penalties = storage.table<bigint>()
  penalties.set('', BigInt(options.penaltyPercentage))
  const penalty = () => penalties.get('') ?? 0n

  const calls = {
    ...base.calls,
    addOrUpdateService(
      context: Context,
      ...[url, quota, pricePerToken, occupied, models, teeSignerAddress]: OfferArgs
    ) {
      const { from, value, emit } = context
      if (offers.stake(context)) emit('fineTuning', 'ProviderStaked', { provider: from, amount: value })
      const before = offers.find(from)
      const isSame = before?.teeSignerAddress === teeSignerAddress
      const teeSignerAcknowledged = isSame && before.teeSignerAcknowledged
      const input = { url, quota, pricePerToken, occupied, models, teeSignerAddress }
      offers.put({ ...input, provider: from, teeSignerAcknowledged })
      const args = { provider: from, url, quota, pricePerToken, teeSignerAddress, occupied }
      emit('fineTuning', 'ServiceUpdated', args)
    },
    updatePenaltyPercentage({ from }: Context, percentage: bigint): void {
      base.requireOwner(from)
      if (percentage > 100n) throw new Revert('PenaltyPercentageTooHigh', { percentage })
      penalties.set('', percentage)
    },
    ...createTasks({ ...options, accounts, offers, penalty, settle: base.settle }),
  }

  const views = {
    ...base.views,
    ...base.lists(summaryOf),
    getAccount: (_: string, user: string, provider: string) => accountView(accounts.get(user, provider)),
    getDeliverables: (_: string, user: string, provider: string) =>
      inOrder(accounts.get(user, provider).deliverables).map(deliverableView),
    getDeliverable: (_: string, user: string, provider: string, id: string) =>
      deliverableView(find(accounts.get(user, provider).deliverables, id)),
    getService: (_: string, provider: string) => offers.get(provider),
    getAllServices: () => offers.all(),
    penaltyPercentage: penalty,
  }

  return { ...base, calls, views }
}

type OfferArgs = [
  url: string,
  quota: FineTuningOfferInput['quota'],
  pricePerToken: bigint,
  occupied: boolean,
  models: readonly string[],
  teeSignerAddress: string,
]

function deliverableView(deliverable: Deliverable) {
  return { ...deliverable, timestamp: BigInt(deliverable.timestamp) }
}

/** An account in the form of the list views. */
function summaryOf({ user, provider, nonce, balance, pendingRefund, additionalInfo, acknowledged, ...rest }: Account) {
  const validRefundsLength = BigInt(rest.validRefundsLength)
  const deliverablesCount = BigInt(rest.deliverables.ring.length)
  const common = { user, provider, nonce, balance, pendingRefund, additionalInfo, acknowledged }
  return { ...common, validRefundsLength, deliverablesCount }
}

/** An account in the form of the contract's ABI. */
function accountView(account: Account) {
  return {
    ...summaryOf(account),
    refunds: account.refunds.map(({ index, amount, createdAt }) => ({
      index: BigInt(index),
      amount,
      createdAt: BigInt(createdAt),
      _deprecated_processed: false,
    })),
    deliverables: inOrder(account.deliverables).map(deliverableView),
    deliverablesHead: BigInt(account.deliverables.head),
  }
}
