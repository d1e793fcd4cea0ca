import { decodeRevert } from './reverts.ts'
import { inferenceAbi } from './abi.ts'
import { decoded, type Batch, type Outcome } from './batch.ts'
import { ReadError } from '../base/errors.ts'
import { view } from './rules.ts'

/** What an inference provider offers, and where the wallet stands with it. */
export type ProviderService = {
  /** The contract knows it, whatever else can be read of it. */
  registered: boolean
  /** Null where the provider offers no service. */
  url: string | null
  /** What it says that it serves; whatever it likes. Null where it offers no service. */
  model: string | null
  acknowledged: boolean
  /** Of the wallet's API tokens with it; null where there is no sub-account. */
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
  const offered = answerOf(service, 'getService', 'ServiceNotExist') as { url?: string; model?: string } | null
  const held = answerOf(account, 'getAccount', 'AccountNotExists') as {
    acknowledged?: boolean
    generation?: bigint
  } | null
  return {
    registered: offered !== null,
    url: offered?.url ?? null,
    model: offered?.model ?? null,
    acknowledged: held?.acknowledged ?? false,
    generation: held?.generation === undefined ? null : Number(held.generation),
  }
}

/** @returns null only when the contract itself says that there is none; nothing in it where it has an older form */
function answerOf(outcome: Outcome | undefined, method: string, absence: string): unknown {
  if (outcome && !outcome.reverted && outcome.data !== '0x') {
    try {
      return decoded(() => inferenceAbi.decodeFunctionResult(method, outcome.data))[0]
    } catch {
      return {}
    }
  }
  if (outcome && decodeRevert(outcome.data)?.errorName === absence) return null
  throw new ReadError('A call failed without a reason.', { operation: method })
}
