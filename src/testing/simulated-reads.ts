import { contractRefusal } from '../base/contract-refusals.ts'
import { fineTuningService, inferenceService, type RawFineTuning, type RawInference } from '../chain/market.ts'
import type { FineTuningService, InferenceService, MarketPage, Page } from '../chain/market.types.ts'
import type { LedgerEntry, Rules } from '../chain/port.ts'
import type { ProviderService } from '../chain/service.ts'
import type { TokenState } from '../chain/tokens.ts'
import type { ContractCall } from './contracts/contract-call.ts'
import type { Contracts } from './contracts/contracts.ts'
import type { Ledger } from './contracts/ledger.ts'

/** The deployment's rules: the counterpart of readRules(). */
export function rulesOf(contracts: Contracts): Rules {
  const number = (method: string, contract: ContractCall['contract'] = 'ledger') =>
    viewOrThrow(contracts, { contract, method, args: [] }) as bigint
  return {
    minLedgerBalance: number('MIN_ACCOUNT_BALANCE'),
    minTransfer: number('MIN_TRANSFER_AMOUNT'),
    maxProvidersPerBatch: Number(number('MAX_PROVIDERS_PER_BATCH')),
    maxSubAccounts: Number(number('MAX_PROVIDERS_PER_USER_PER_SERVICE')),
    maxInfoBytes: Number(number('MAX_ADDITIONAL_INFO_LENGTH')),
    serviceNames: { inference: 'inference-v1.0', 'fine-tuning': 'fine-tuning-v1.0' },
    lockTimes: {
      inference: Number(number('lockTime', 'inference')),
      'fine-tuning': Number(number('lockTime', 'fineTuning')),
    },
  }
}

export function ledgersOf(
  contracts: Contracts,
  offset: number,
  limit: number,
): { ledgers: LedgerEntry[]; total: number } {
  const args = [BigInt(offset), BigInt(limit)]
  const answer = viewOrThrow(contracts, { contract: 'ledger', method: 'getAllLedgers', args })
  const { ledgers, total } = answer as { ledgers: Ledger[]; total: bigint }
  return {
    ledgers: ledgers.map(({ user, availableBalance: available, totalBalance, additionalInfo }) => ({
      user,
      available,
      total: totalBalance,
      locked: totalBalance - available,
      additionalInfo,
    })),
    total: Number(total),
  }
}

/** What a provider offers, and the wallet's account with it: the counterpart of readService(). */
export function serviceOf(contracts: Contracts, wallet: string, provider: string): ProviderService {
  const offer = contracts.view({ contract: 'inference', method: 'getService', args: [provider] })
  const account = contracts.view({ contract: 'inference', method: 'getAccount', args: [wallet, provider] })
  const other = contracts.view({ contract: 'fineTuning', method: 'getService', args: [provider] })
  const { url, model, teeSignerAcknowledged } = (offer.ok ? offer.value : NO_OFFER) as Offer
  const prices = offer.ok ? pricesIn(offer.value as RawInference) : null
  const { acknowledged, generation } = (account.ok ? account.value : NO_ACCOUNT) as typeof NO_ACCOUNT
  return {
    registered: offer.ok,
    url,
    model,
    prices,
    accepted: teeSignerAcknowledged,
    acknowledged,
    generation: generation === null ? null : Number(generation),
    fineTuning: {
      registered: other.ok,
      accepted: ((other.ok ? other.value : NO_OFFER) as Offer).teeSignerAcknowledged,
    },
  }
}

const pricesIn = ({ serviceType: kind, inputPrice, outputPrice }: RawInference) => ({ kind, inputPrice, outputPrice })

type Offer = Pick<ProviderService, 'url' | 'model'> & { teeSignerAcknowledged: boolean | null }

const NO_OFFER: Offer = { url: null, model: null, teeSignerAcknowledged: null }
const NO_ACCOUNT: { acknowledged: boolean; generation: bigint | null } = { acknowledged: false, generation: null }

/** The counterpart of readToken(). */
export function tokenOf(
  contracts: Contracts,
  { wallet, provider, tokenId }: { wallet: string; provider: string; tokenId: number },
): TokenState {
  const read = (method: string, ...args: readonly unknown[]) =>
    viewOrThrow(contracts, { contract: 'inference', method, args: [wallet, provider, ...args] })
  const revoked = read('isTokenRevoked', BigInt(tokenId)) as boolean
  return { revoked, generation: Number((read('getAccount') as { generation: bigint }).generation) }
}

export function inferenceServicesOf(contracts: Contracts, { offset, limit }: Page): MarketPage<InferenceService> {
  const args = [BigInt(offset), BigInt(limit)]
  const answer = viewOrThrow(contracts, { contract: 'inference', method: 'getAllServices', args })
  const { services, total } = answer as { services: RawInference[]; total: bigint }
  return { services: services.map(inferenceService), total: Number(total) }
}

/** Fine-tuning lists every service at once. */
export function fineTuningServicesOf(contracts: Contracts, { offset, limit }: Page): MarketPage<FineTuningService> {
  const answer = viewOrThrow(contracts, { contract: 'fineTuning', method: 'getAllServices', args: [] })
  const services = answer as RawFineTuning[]
  return { services: services.slice(offset, offset + limit).map(fineTuningService), total: services.length }
}

function viewOrThrow(contracts: Contracts, call: ContractCall): unknown {
  const answer = contracts.view(call)
  if (answer.ok) return answer.value
  throw contractRefusal({ operation: call.method, errorName: answer.error.name, errorArgs: answer.error.args })
}
