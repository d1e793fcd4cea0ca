import { emptyAccount, type Account } from './accounts.ts'
import { MAX_USERS, ZERO_ADDRESS } from './constants.ts'
import { add, checkId, find, inOrder, replace, type Deliverable } from './deliverables.ts'
import type { Offer } from './offers.ts'
import { Revert } from './revert.ts'
import { createServing, type ServingKind, type ServingOptions } from './serving.ts'
import { isAccepted } from './settlements.ts'
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

/** What a provider charges for one deliverable, and whose signature is on it. Fee in wei, bytes as hex. */
export type TaskSettlement = {
  id: string
  encryptedSecret: string
  modelRootHash: string
  nonce: bigint
  taskFee: bigint
  user: string
  signer: string | null
}

const kind: ServingKind = {
  contract: 'fineTuning',
  check: () => undefined,
  lockTimeOutOfRange: (lockTime) => new Revert('LockTimeOutOfRange', { lockTime }),
  limitTooLarge: (limit) => new Revert('LimitTooLarge', { limit }),
  callerNotLedger: () => new Revert('CallerNotLedger'),
}

export type FineTuningOptions = ServingOptions & {
  /** Part of a fee, in percent, that is due for work that the user did not acknowledge. */
  penaltyPercentage: number
}

/** FineTuningServing: sub-accounts with deliverables, each paid in one piece or not at all. */
export function createFineTuning(options: FineTuningOptions) {
  const { storage, funds, address } = options
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
      const told = { provider: from, url, quota, pricePerToken, teeSignerAddress, occupied }
      emit('fineTuning', 'ServiceUpdated', told)
    },
    updatePenaltyPercentage({ from }: Context, percentage: bigint): void {
      base.requireOwner(from)
      if (percentage > 100n) throw new Revert('PenaltyPercentageTooHigh', { percentage })
      penalties.set('', percentage)
    },
    addDeliverable(context: Context, user: string, id: string, modelRootHash: string): void {
      const { from: provider, timestamp, emit } = context
      checkId(id)
      const account = accounts.get(user, provider)
      const added = { id, modelRootHash, encryptedSecret: '0x', acknowledged: false, timestamp, settled: false }
      const { deliverables, evicted } = add(account.deliverables, added)
      accounts.put({ ...account, deliverables })
      const at = BigInt(timestamp)
      if (evicted !== null) {
        const told = { provider, user, evictedDeliverableId: evicted, newDeliverableId: id, timestamp: at }
        emit('fineTuning', 'DeliverableEvicted', told)
      }
      emit('fineTuning', 'DeliverableAdded', { user, provider, deliverableId: id, modelRootHash, timestamp: at })
    },
    acknowledgeDeliverable({ from, timestamp, emit }: Context, provider: string, id: string): void {
      const account = accounts.get(from, provider)
      const deliverable = find(account.deliverables, id)
      if (deliverable.settled) throw new Revert('CannotAcknowledgeSettledDeliverable', { id })
      const deliverables = replace(account.deliverables, { ...deliverable, acknowledged: true })
      accounts.put({ ...account, deliverables })
      const told = { user: from, provider, deliverableId: id, timestamp: BigInt(timestamp) }
      emit('fineTuning', 'DeliverableAcknowledged', told)
    },
    settleFees(context: Context, task: TaskSettlement): void {
      const { user, id, nonce } = task
      const { from: provider, emit } = context
      const account = accounts.get(user, provider)
      const deliverable = payable(account, offers.get(provider), task)
      const { acknowledged } = deliverable
      const fee = acknowledged ? task.taskFee : (task.taskFee * penalty()) / 100n
      const secret = acknowledged ? task.encryptedSecret : deliverable.encryptedSecret
      const paid = { ...deliverable, encryptedSecret: secret, settled: true }
      const deliverables = replace(account.deliverables, paid)
      emit('fineTuning', 'FeesSettled', { user, provider, deliverableId: id, fee, acknowledged, nonce })
      base.settle(context, { ...account, nonce, deliverables }, fee)
      funds.move(address, provider, fee)
    },
  }

  const views = {
    ...base.views,
    ...base.lists(summaryOf),
    getBatchAccountsByUsers(from: string, users: readonly string[]) {
      const size = BigInt(users.length)
      const max = BigInt(MAX_USERS.fineTuning)
      if (size > max) throw new Revert('BatchSizeTooLarge', { size, max })
      return users.map((user) => summaryOf(accounts.find(user, from) ?? nobody))
    },
    getAccount: (_: string, user: string, provider: string) => shown(accounts.get(user, provider)),
    getDeliverables: (_: string, user: string, provider: string) =>
      inOrder(accounts.get(user, provider).deliverables).map(shownDeliverable),
    getDeliverable: (_: string, user: string, provider: string, id: string) =>
      shownDeliverable(find(accounts.get(user, provider).deliverables, id)),
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

const nobody = emptyAccount(ZERO_ADDRESS, ZERO_ADDRESS)

/** The deliverable that a task may be paid for, or why not. */
function payable(account: Account, offer: FineTuningOffer, task: TaskSettlement): Deliverable {
  if (!isAccepted(account, offer)) throw invalid('TEE signer not acknowledged')
  if (account.nonce >= task.nonce) throw invalid('nonce should larger than the current nonce')
  if (account.balance < task.taskFee) throw invalid('insufficient balance')
  const deliverable = find(account.deliverables, task.id)
  if (deliverable.settled) throw new Revert('DeliverableAlreadySettled', { id: task.id })
  if (deliverable.modelRootHash !== task.modelRootHash) throw invalid('model root hash mismatch')
  if (task.signer !== offer.teeSignerAddress) throw invalid('TEE settlement validation failed')
  const hasSecret = task.encryptedSecret !== '0x'
  if (deliverable.acknowledged && !hasSecret) throw new Revert('SecretShouldNotBeEmpty')
  if (!deliverable.acknowledged && hasSecret) throw new Revert('SecretShouldBeEmpty')
  return deliverable
}

const invalid = (reason: string): Revert => new Revert('InvalidVerifierInput', { reason })

function shownDeliverable(deliverable: Deliverable) {
  return { ...deliverable, timestamp: BigInt(deliverable.timestamp) }
}

/** An account as the list views give it. */
function summaryOf({ user, provider, nonce, balance, pendingRefund, additionalInfo, acknowledged, ...rest }: Account) {
  const validRefundsLength = BigInt(rest.validRefundsLength)
  const deliverablesCount = BigInt(rest.deliverables.ring.length)
  const common = { user, provider, nonce, balance, pendingRefund, additionalInfo, acknowledged }
  return { ...common, validRefundsLength, deliverablesCount }
}

/** An account as the contract's ABI has it. */
function shown(account: Account) {
  return {
    ...summaryOf(account),
    refunds: account.refunds.map(({ index, amount, createdAt }) => ({
      index: BigInt(index),
      amount,
      createdAt: BigInt(createdAt),
      _deprecated_processed: false,
    })),
    deliverables: inOrder(account.deliverables).map(shownDeliverable),
    deliverablesHead: BigInt(account.deliverables.head),
  }
}
