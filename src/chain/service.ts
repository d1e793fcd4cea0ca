import { decodeRevert } from './reverts.ts'
import { inferenceAbi } from './abi.ts'
import { decodeOrThrow, type Batch, type Outcome } from './batch.ts'
import { ReadError } from '../base/errors.ts'
import { view } from './rules.ts'

/** An inference provider's service, and the wallet's account with it. */
export type ProviderService = {
  /** The contract knows the provider, even where its service cannot be decoded. */
  registered: boolean
  /** Null for a provider without a service. */
  url: string | null
  /** The provider's own name for its model, unchecked. Null for a provider without a service. */
  model: string | null
  /**
   * Whether the owner of the contracts accepts the signer of the service. Without that the provider can settle nothing. Null
   * for a provider without a service, and where an older contract does not tell.
   */
  accepted: boolean | null
  /** Whether the wallet accepts that signer. */
  acknowledged: boolean
  /** Generation of the wallet's API tokens; null without a sub-account. */
  generation: number | null
}

/** Reads an inference provider's service and the wallet's account with it, in one request. */
export async function readService(
  batch: Batch,
  { inference, wallet, provider }: { inference: string; wallet: string; provider: string },
): Promise<ProviderService> {
  const [service, account] = await batch(
    [
      view(inference, inferenceAbi, 'getService', [provider]),
      view(inference, inferenceAbi, 'getAccount', [wallet, provider]),
    ],
    'latest',
  )
  const offered = decodeAnswer(service, 'getService', 'ServiceNotExist') as Offer | null
  const held = decodeAnswer(account, 'getAccount', 'AccountNotExists') as {
    acknowledged?: boolean
    generation?: bigint
  } | null
  return {
    registered: offered !== null,
    url: offered?.url ?? null,
    model: offered?.model ?? null,
    accepted: offered?.teeSignerAcknowledged ?? null,
    acknowledged: held?.acknowledged ?? false,
    generation: held?.generation === undefined ? null : Number(held.generation),
  }
}

type Offer = { url?: string; model?: string; teeSignerAcknowledged?: boolean }

/** @returns null only for the contract's own absence error; an empty object for an answer in an older form */
function decodeAnswer(outcome: Outcome | undefined, method: string, absence: string): unknown {
  if (outcome && !outcome.reverted && outcome.data !== '0x') {
    try {
      return decodeOrThrow(() => inferenceAbi.decodeFunctionResult(method, outcome.data))[0]
    } catch {
      return {}
    }
  }
  if (outcome && decodeRevert(outcome.data)?.errorName === absence) return null
  throw new ReadError('A call failed without a reason.', { operation: method })
}
