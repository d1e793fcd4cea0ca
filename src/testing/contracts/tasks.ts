import { settlementSigner, taskData, type SettlementPlace } from '../../chain/settlement-signature.ts'
import type { Account, Accounts } from './accounts.ts'
import { add, checkId, find, replace, type Deliverable } from './deliverables.ts'
import type { Funds } from './funds.ts'
import { TASK_WORK } from './gas.ts'
import type { Offer, Offers } from './offers.ts'
import { Revert } from './revert.ts'
import { isAccepted } from './settlements.ts'
import type { Context } from './transaction.ts'

/** Fee in wei, bytes as hex. */
type TaskFee = {
  id: string
  encryptedSecret: string
  modelRootHash: string
  nonce: bigint
  taskFee: bigint
  user: string
}

/** A provider's charge for one deliverable: signed, or with its signer in place of a signature. */
export type TaskSettlement = TaskFee & ({ signature: string } | { signer: string | null })

export type TasksOptions<O extends Offer> = {
  accounts: Accounts
  offers: Offers<O>
  funds: Funds
  address: string
  place: SettlementPlace
  /** In percent: the part of a fee that the user pays for unacknowledged work. */
  penalty(): bigint
  /** Charges a fee to a sub-account. */
  settle(context: Context, account: Account, fee: bigint): void
}

/** Tasks of fine-tuning: delivered, acknowledged, and paid whole or not at all. */
export function createTasks<O extends Offer>(options: TasksOptions<O>) {
  const { accounts, offers, funds, address, place, penalty, settle } = options
  return {
    addDeliverable(context: Context, user: string, id: string, modelRootHash: string): void {
      const { from: provider, timestamp, emit } = context
      checkId(id)
      const account = accounts.get(user, provider)
      const added = { id, modelRootHash, encryptedSecret: '0x', acknowledged: false, timestamp, settled: false }
      const { deliverables, evicted } = add(account.deliverables, added)
      accounts.put({ ...account, deliverables })
      const at = BigInt(timestamp)
      if (evicted !== null) {
        const args = { provider, user, evictedDeliverableId: evicted, newDeliverableId: id, timestamp: at }
        emit('fineTuning', 'DeliverableEvicted', args)
      }
      emit('fineTuning', 'DeliverableAdded', { user, provider, deliverableId: id, modelRootHash, timestamp: at })
    },
    acknowledgeDeliverable({ from, timestamp, emit }: Context, provider: string, id: string): void {
      const account = accounts.get(from, provider)
      const deliverable = find(account.deliverables, id)
      if (deliverable.settled) throw new Revert('CannotAcknowledgeSettledDeliverable', { id })
      const deliverables = replace(account.deliverables, { ...deliverable, acknowledged: true })
      accounts.put({ ...account, deliverables })
      const args = { user: from, provider, deliverableId: id, timestamp: BigInt(timestamp) }
      emit('fineTuning', 'DeliverableAcknowledged', args)
    },
    settleFees(context: Context, task: TaskSettlement): void {
      const { user, id, nonce } = task
      const { from: provider, emit } = context
      const account = accounts.get(user, provider)
      const deliverable = payable(account, offers.get(provider), { task, place, work: context.work })
      const { acknowledged } = deliverable
      const fee = acknowledged ? task.taskFee : (task.taskFee * penalty()) / 100n
      const secret = acknowledged ? task.encryptedSecret : deliverable.encryptedSecret
      const paid = { ...deliverable, encryptedSecret: secret, settled: true }
      const deliverables = replace(account.deliverables, paid)
      emit('fineTuning', 'FeesSettled', { user, provider, deliverableId: id, fee, acknowledged, nonce })
      settle(context, { ...account, nonce, deliverables }, fee)
      funds.move(address, provider, fee)
    },
  }
}

/** The deliverable of a payable task. @throws Revert with the reason for another task */
function payable(
  account: Account,
  offer: Offer,
  { task, place, work }: { task: TaskSettlement; place: SettlementPlace; work: Context['work'] },
): Deliverable {
  work(TASK_WORK.account)
  if (!isAccepted(account, offer)) throw invalid('TEE signer not acknowledged')
  if (account.nonce >= task.nonce) throw invalid('nonce should larger than the current nonce')
  if (account.balance < task.taskFee) throw invalid('insufficient balance')
  const deliverable = find(account.deliverables, task.id)
  if (deliverable.settled) throw new Revert('DeliverableAlreadySettled', { id: task.id })
  if (deliverable.modelRootHash !== task.modelRootHash) throw invalid('model root hash mismatch')
  work(TASK_WORK.signature)
  if (signerOf(task, place) !== offer.teeSignerAddress) throw invalid('TEE settlement validation failed')
  const hasSecret = task.encryptedSecret !== '0x'
  if (deliverable.acknowledged && !hasSecret) throw new Revert('SecretShouldNotBeEmpty')
  if (!deliverable.acknowledged && hasSecret) throw new Revert('SecretShouldBeEmpty')
  return deliverable
}

function signerOf(task: TaskSettlement, place: SettlementPlace): string | null {
  if ('signer' in task) return task.signer
  const { id, encryptedSecret, modelRootHash, nonce, taskFee, user, signature } = task
  return settlementSigner(taskData(place, { id, encryptedSecret, modelRootHash, nonce, taskFee, user }), signature)
}

const invalid = (reason: string): Revert => new Revert('InvalidVerifierInput', { reason })
