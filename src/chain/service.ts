import type { Interface } from 'ethers'
import type { Prices } from '../../machines/auto-funding/fee-cap.policy.ts'
import { decodeReadRevert } from './reverts.ts'
import { inferenceAbi } from './abi.ts'
import { decodeOrThrow, type Batch, type Outcome } from './batch.ts'
import { detach } from '../base/detach.ts'
import { ReadError } from '../base/errors.ts'
import { view, type Addresses } from './rules.ts'
import { fineTuningServicesAbi, inferenceServicesAbi } from './services-abi.ts'

/** What a provider offers: its inference service with the wallet's account, and whether it offers fine-tuning as well. */
export type ProviderService = {
  /** The inference contract knows the provider, even where its service cannot be decoded. */
  registered: boolean
  /** Null for a provider without a service, and where it is no text. */
  url: string | null
  /** The provider's own name for its model, unchecked. Null for a provider without a service, and where it is no text. */
  model: string | null
  /** What it charges for inference. Null for a provider without a service, and where an older contract does not tell. */
  prices: Prices | null
  /**
   * Whether the owner of the contracts accepts the signer of the service. Without that the provider can settle nothing. Null
   * for a provider without a service, and where an older contract does not tell.
   */
  accepted: boolean | null
  /** Whether the wallet accepts that signer. */
  acknowledged: boolean
  /** Generation of the wallet's API tokens; null without a sub-account. */
  generation: number | null
  /** The same of its fine-tuning service; null where that could not be read, or the network has no fine-tuning. */
  fineTuning: Pick<ProviderService, 'registered' | 'accepted'> | null
}

/** Reads what a provider offers in both services, and the wallet's inference account with it, in one request. */
export async function readService(
  batch: Batch,
  { inference, fineTuning, wallet, provider }: Omit<Addresses, 'ledger'> & { wallet: string; provider: string },
): Promise<ProviderService> {
  const [service, account, other] = await batch(
    [
      view(inference, inferenceServicesAbi, 'getService', [provider]),
      view(inference, inferenceAbi, 'getAccount', [wallet, provider]),
      ...(fineTuning === undefined ? [] : [view(fineTuning, fineTuningServicesAbi, 'getService', [provider])]),
    ],
    'latest',
  )
  const offered = decodeOffer(service, inferenceServicesAbi)
  const held = decodeAnswer(account, inferenceAbi, ACCOUNT) as {
    acknowledged?: boolean
    generation?: bigint
  } | null
  return {
    registered: offered !== null,
    url: textOrNull(() => offered?.url),
    model: textOrNull(() => offered?.model),
    prices: offered && pricesIn(offered),
    accepted: offered?.teeSignerAcknowledged ?? null,
    acknowledged: held?.acknowledged ?? false,
    generation: held?.generation === undefined ? null : Number(held.generation),
    fineTuning: fineTuningIn(other),
  }
}

/** What is wrong with the fine-tuning contract must not hold what is paid for inference. */
function fineTuningIn(outcome: Outcome | undefined): ProviderService['fineTuning'] {
  try {
    const offered = decodeOffer(outcome, fineTuningServicesAbi)
    return { registered: offered !== null, accepted: offered?.teeSignerAcknowledged ?? null }
  } catch {
    return null
  }
}

type Offer = {
  url?: string
  model?: string
  serviceType?: string
  inputPrice?: bigint
  outputPrice?: bigint
  teeSignerAcknowledged?: boolean
}

function pricesIn(offer: Offer): Prices | null {
  const { inputPrice, outputPrice } = offer
  const kind = textOrNull(() => offer.serviceType)
  return kind === null || inputPrice === undefined || outputPrice === undefined
    ? null
    : { kind, inputPrice, outputPrice }
}

/** ethers throws when a text is read that is not UTF-8. What a provider registers must not keep its service from being read. */
function textOrNull(read: () => string | undefined): string | null {
  try {
    return read() ?? null
  } catch {
    return null
  }
}

type Answer = { method: string; absence: string }

const SERVICE: Answer = { method: 'getService', absence: 'ServiceNotExist' }
const ACCOUNT: Answer = { method: 'getAccount', absence: 'AccountNotExists' }

/** Offers by the bytes of the answer, of each contract's ABI: the wallets of a fleet read the same few, and ethers decodes slowly. */
const offers = new Map<Interface, Map<string, Offer | null>>()
const MOST_OFFERS = 500

function decodeOffer(outcome: Outcome | undefined, abi: Interface): Offer | null {
  const known = offers.get(abi) ?? new Map<string, Offer | null>()
  const data = outcome?.reverted === false ? outcome.data : null
  const last = data === null ? undefined : known.get(data)
  if (last !== undefined) return last
  const offer = decodeAnswer(outcome, abi, SERVICE) as Offer | null
  if (known.size >= MOST_OFFERS) known.clear()
  if (data !== null) offers.set(abi, known.set(detach(data), offer))
  return offer
}

/** @returns null only for the contract's own absence error; an empty object for an answer in an older form */
function decodeAnswer(outcome: Outcome | undefined, abi: Interface, { method, absence }: Answer): unknown {
  if (outcome && !outcome.reverted && outcome.data !== '0x') {
    try {
      return decodeOrThrow(() => abi.decodeFunctionResult(method, outcome.data))[0]
    } catch {
      return {}
    }
  }
  if (outcome && decodeReadRevert(outcome.data)?.errorName === absence) return null
  throw new ReadError('A call failed without a reason.', { operation: method })
}
