import type { Interface } from 'ethers'
import { contractError } from '../base/contract-errors.ts'
import { CapabilityMissingError, ReadError } from '../base/errors.ts'
import { oneLine } from '../base/one-line.ts'
import { fineTuningServicesAbi, inferenceServicesAbi } from './services-abi.ts'
import { decodeOrThrow, type Batch, type Outcome } from './batch.ts'
import { decodeReadRevert } from './reverts.ts'
import type { FineTuningService, InferenceService, Market, MarketPage, Page, Quota } from './market.types.ts'
import { view, type Addresses } from './rules.ts'

/** Lists the services of both contracts. Newer contracts page the list; from others the whole list comes and is cut here. */
export function createMarket(batch: Batch, { inference, fineTuning }: Addresses): Market {
  return {
    async inference(page) {
      const found = await readServices<RawInference>(batch, { address: inference, abi: inferenceServicesAbi }, page)
      return { ...found, services: found.services.map(inferenceService) }
    },
    async fineTuning(page) {
      if (fineTuning === undefined) throw contractError({ operation: 'getAllServices', errorName: 'ServiceNotFound' })
      const found = await readServices<RawFineTuning>(batch, { address: fineTuning, abi: fineTuningServicesAbi }, page)
      return { ...found, services: found.services.map(fineTuningService) }
    },
  }
}

/** A service in the form of the ABI. ethers throws when a text is read that is not UTF-8. */
export type RawInference = {
  provider: string
  serviceType: string
  url: string
  inputPrice: bigint
  outputPrice: bigint
  updatedAt: bigint
  model: string
  verifiability: string
  teeSignerAcknowledged: boolean
}

export type RawFineTuning = {
  provider: string
  url: string
  quota: Record<Exclude<keyof Quota, 'gpuType'>, bigint> & { gpuType: string }
  pricePerToken: bigint
  occupied: boolean
  models: readonly string[]
  teeSignerAcknowledged: boolean
}

export function inferenceService(raw: RawInference): InferenceService {
  return {
    provider: raw.provider,
    model: text(() => raw.model),
    kind: text(() => raw.serviceType),
    url: text(() => raw.url),
    inputPrice: raw.inputPrice,
    outputPrice: raw.outputPrice,
    verifiability: text(() => raw.verifiability),
    accepted: raw.teeSignerAcknowledged,
    updatedAt: Number(raw.updatedAt),
  }
}

export function fineTuningService(raw: RawFineTuning): FineTuningService {
  const { provider, quota, pricePerToken, occupied, models, teeSignerAcknowledged: accepted } = raw
  return {
    provider,
    models: Array.from({ length: models.length }, (_, index) => text(() => models[index] ?? '')),
    url: text(() => raw.url),
    quota: {
      cpuCount: Number(quota.cpuCount),
      nodeMemory: Number(quota.nodeMemory),
      gpuCount: Number(quota.gpuCount),
      nodeStorage: Number(quota.nodeStorage),
      gpuType: text(() => quota.gpuType),
    },
    pricePerToken,
    occupied,
    accepted,
  }
}

const PAGED = 'getAllServices(uint256,uint256)'
const WHOLE = 'getAllServices()'

type Contract = { address: string; abi: Interface }

async function readServices<Raw>(batch: Batch, { address, abi }: Contract, page: Page): Promise<MarketPage<Raw>> {
  const { offset, limit } = page
  // Today's inference pages the list, today's fine-tuning does not.
  for (const method of abi === inferenceServicesAbi ? [PAGED, WHOLE] : [WHOLE, PAGED]) {
    const args = method === PAGED ? [offset, limit] : []
    const [outcome] = await batch([view(address, abi, method, args)], 'latest')
    if (!outcome) throw new ReadError('The node answered fewer calls than were made.', {})
    if (isMissing(outcome)) continue
    const data = returnDataOf(outcome)
    const answer = decodeOrThrow(() => abi.decodeFunctionResult(method, data))
    const [services, total] = answer as unknown as [readonly Raw[], bigint?]
    if (total !== undefined) return { services: [...services], total: Number(total) }
    return { services: services.slice(offset, offset + limit), total: services.length }
  }
  throw new CapabilityMissingError({
    capability: 'getAllServices',
    service: address,
    do: 'ask for one provider by its address: inferenceService(provider)',
  })
}

/** A contract reverts without data where it has no such function. */
const isMissing = ({ data }: Outcome): boolean => data === '0x'

function returnDataOf({ reverted, data }: Outcome): string {
  if (!reverted) return data
  const revert = decodeReadRevert(data)
  throw revert
    ? contractError({ operation: 'getAllServices', ...revert })
    : new ReadError('A call failed without a reason.', { operation: 'getAllServices' })
}

function text(read: () => string): string {
  try {
    return oneLine(read())
  } catch {
    return '\ufffd'
  }
}
