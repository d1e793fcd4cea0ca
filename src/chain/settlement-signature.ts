import { dataLength, verifyTypedData, type TypedDataDomain } from 'ethers'

/** What an inference provider signs, in the order of the contract's type. */
export type SettlementMessage = {
  requestsHash: string
  nonce: bigint
  provider: string
  user: string
  totalFee: bigint
}

/** What a fine-tuning provider signs. Bytes as hex. */
export type TaskMessage = {
  id: string
  encryptedSecret: string
  modelRootHash: string
  nonce: bigint
  taskFee: bigint
  user: string
}

/** Where a signature holds: one contract on one chain. */
export type SettlementPlace = { chainId: bigint | number; verifyingContract: string }

type Fields = Record<string, { type: string; name: string }[]>
type TypedData = { domain: TypedDataDomain; types: Fields; message: Record<string, unknown> }

/** The EIP-712 data of a settlement of InferenceServing. */
export function settlementData(place: SettlementPlace, message: SettlementMessage): TypedData {
  return { domain: { name: '0G Inference Serving', version: '1', ...place }, types: TEE_SETTLEMENT, message }
}

/** The EIP-712 data of a settlement of FineTuningServing. */
export function taskData(place: SettlementPlace, message: TaskMessage): TypedData {
  return { domain: { name: '0G Fine-Tuning Serving', version: '1', ...place }, types: VERIFIER_MESSAGE, message }
}

/** The address whose key made a signature, as the contracts recover it: 65 bytes, v 27 or 28, a low s; null for every other one. */
export function settlementSigner({ domain, types, message }: TypedData, signature: string): string | null {
  try {
    // ethers also takes v 0 and 1, and signatures of 64 bytes; the contracts refuse them.
    if (dataLength(signature) !== 65 || !/(1b|1c)$/i.test(signature)) return null
    return verifyTypedData(domain, types, message, signature)
  } catch {
    return null
  }
}

const TEE_SETTLEMENT = {
  TEESettlement: fields('bytes32 requestsHash,uint256 nonce,address provider,address user,uint256 totalFee'),
}

const VERIFIER_MESSAGE = {
  VerifierMessage: fields(
    'string id,bytes encryptedSecret,bytes modelRootHash,uint256 nonce,uint256 taskFee,address user',
  ),
}

function fields(list: string): { type: string; name: string }[] {
  return list.split(',').map((field) => {
    const [type = '', name = ''] = field.split(' ')
    return { type, name }
  })
}
