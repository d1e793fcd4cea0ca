import { id, type Contract, type Signer, type TransactionReceipt, type Wallet } from 'ethers'
import { OgLedgerError } from '../base/og-ledger-error.ts'
import {
  settlementData,
  taskData,
  type SettlementMessage,
  type SettlementPlace,
  type TaskMessage,
} from '../chain/settlement-signature.ts'
import { pretend } from './pretend.ts'
import { addressOf, callOf, jsonRpc, transact, view, type Call } from './transact.ts'

export type Settlement = { user: string; fee: bigint; nonce: bigint }

/** More than a settlement among many takes. */
const GAS_FOR_EACH = 250_000

type Deliverable = { id: string; modelRootHash: string; acknowledged: boolean; settled: boolean }

/** In the order in which the contract numbers them. The first two are payments. */
const STATUSES = ['success', 'partial', 'provider mismatch', 'no TEE signer', 'invalid nonce', 'invalid signature']

/** Charges several users for inference in one transaction, each another fee. */
export async function settleTogether(
  inference: Contract,
  provider: Wallet,
  settlements: readonly Settlement[],
): Promise<TransactionReceipt> {
  const signed = await Promise.all(
    settlements.map(async ({ user, fee, nonce }) => {
      const message = { requestsHash: id(String(nonce)), nonce, provider: provider.address, user, totalFee: fee }
      return { ...message, signature: await signSettlement(inference, provider, message) }
    }),
  )
  const call = callOf(inference, 'settleFeesWithTEE', [signed])
  const receipt = await sent(provider, { ...call, gasLimit: GAS_FOR_EACH * (settlements.length + 1) })
  const paid = receipt.logs.filter((log) => {
    const event = inference.interface.parseLog(log)
    return event?.name === 'TEESettlementResult' && Number(event.args['status']) === 0
  })
  if (paid.length === settlements.length) return receipt
  throw new OgLedgerError('A settlement was refused.', {
    settlements: String(settlements.length),
    paid: String(paid.length),
  })
}

/** Charges for inference. The transaction succeeds even where the contract refuses the fee: the status is in an event. */
export async function settleInference(
  inference: Contract,
  provider: Wallet,
  { user, fee, nonce }: Settlement,
): Promise<TransactionReceipt> {
  const message = { requestsHash: id(String(nonce)), nonce, provider: provider.address, user, totalFee: fee }
  const signature = await signSettlement(inference, provider, message)
  const receipt = await sent(provider, callOf(inference, 'settleFeesWithTEE', [[{ ...message, signature }]]))
  const events = receipt.logs.map((log) => inference.interface.parseLog(log))
  const status = Number(events.find((event) => event?.name === 'TEESettlementResult')?.args['status'])
  if (status === 0 || status === 1) return receipt
  throw new OgLedgerError('The settlement was refused.', { status: STATUSES[status] ?? String(status), user })
}

/** Charges for fine-tuning. Delivery and the user's acknowledgement are written to storage without a transaction. */
export async function settleFineTuning(
  fineTuning: Contract,
  provider: Wallet,
  { user, fee, nonce }: Settlement,
): Promise<TransactionReceipt> {
  const work = await deliver(fineTuning, provider, user, `task-${nonce}`)
  const message = { ...work, encryptedSecret: '0x01', nonce, taskFee: fee, user }
  const signature = await signTask(fineTuning, provider, message)
  return sent(provider, callOf(fineTuning, 'settleFees', [{ ...message, signature }]))
}

/** The signature that InferenceServing checks; the signer is connected. */
export async function signSettlement(inference: Contract, signer: Signer, message: SettlementMessage): Promise<string> {
  const { domain, types } = settlementData(await placeOf(inference, signer), message)
  return signer.signTypedData(domain, types, message)
}

/** The signature that FineTuningServing checks; the signer is connected. */
export async function signTask(fineTuning: Contract, signer: Signer, message: TaskMessage): Promise<string> {
  const { domain, types } = taskData(await placeOf(fineTuning, signer), message)
  return signer.signTypedData(domain, types, message)
}

/** A deliverable to charge for: an unpaid one, else a new one. The contract holds 20 of them and drops no unpaid one. */
async function deliver(fineTuning: Contract, provider: Wallet, user: string, task: string) {
  const rpc = jsonRpc(provider)
  const { address } = provider
  const known = await view(rpc, address, callOf(fineTuning, 'getDeliverables', [user, address]))
  const [works] = fineTuning.interface.decodeFunctionResult('getDeliverables', known) as unknown as [Deliverable[]]
  const unpaid = works.find(({ settled }) => !settled)
  if (!unpaid) await pretend(rpc, address, callOf(fineTuning, 'addDeliverable', [user, task, id(task)]))
  const { id: name, modelRootHash, acknowledged } = unpaid ?? { id: task, modelRootHash: id(task), acknowledged: false }
  if (!acknowledged) await pretend(rpc, user, callOf(fineTuning, 'acknowledgeDeliverable', [address, name]))
  return { id: name, modelRootHash }
}

async function sent(provider: Wallet, call: Call): Promise<TransactionReceipt> {
  const [receipt] = await transact(provider, [call])
  if (!receipt) throw new OgLedgerError('The transaction has no receipt.')
  return receipt
}

async function placeOf(contract: Contract, signer: Signer): Promise<SettlementPlace> {
  const { chainId } = await jsonRpc(signer).getNetwork()
  return { chainId, verifyingContract: addressOf(contract) }
}
