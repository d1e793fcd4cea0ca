import type { Interface } from 'ethers'
import type { ServiceType } from '../../machines/position.types.ts'
import { CapabilityMissingError, InvalidInputError, ReadError } from '../base/errors.ts'
import { fineTuningAbi, inferenceAbi, ledgerAbi } from './abi.ts'
import { decodeOrThrow, type Batch, type Outcome, type ViewCall } from './batch.ts'
import type { Rules } from './port.ts'

export type Addresses = { ledger: string; inference: string; fineTuning?: string }

const LIMITS = [
  'MIN_ACCOUNT_BALANCE',
  'MIN_TRANSFER_AMOUNT',
  'MAX_PROVIDERS_PER_BATCH',
  'MAX_PROVIDERS_PER_USER_PER_SERVICE',
  'MAX_ADDITIONAL_INFO_LENGTH',
] as const

/** The batch size of contracts without a constant for it: every generation with batches has this one. */
const DEFAULT_BATCH = 20

/**
 * Reads the deployment's limits and proves that its contracts refer to each other: money sent to unrelated contracts would
 * be lost.
 *
 * @throws InvalidInputError for addresses without these contracts, and for contracts that do not refer to each other
 */
export async function readRules(batch: Batch, addresses: Addresses): Promise<Rules> {
  const { ledger, inference, fineTuning } = addresses
  const services = [inference, ...(fineTuning ? [fineTuning] : [])]
  const outcomes = await batch(
    [
      ...LIMITS.map((limit) => view(ledger, ledgerAbi, limit)),
      ...services.flatMap((service, index) => [
        view(service, index === 0 ? inferenceAbi : fineTuningAbi, 'lockTime'),
        view(service, inferenceAbi, 'ledgerAddress'),
        view(ledger, ledgerAbi, 'getServiceInfo', [service]),
        view(service, index === 0 ? inferenceAbi : fineTuningAbi, 'getAccountsByUser', [service, 0, 1]),
      ]),
    ],
    'latest',
  )
  const limits = LIMITS.map((limit, index) => optionalNumber(outcomes[index], limit))
  const [inferenceRules, fineTuningRules] = services.map((service, index) =>
    serviceRules(outcomes.slice(LIMITS.length + index * 4), {
      service,
      ledger,
      serviceType: index === 0 ? 'inference' : 'fine-tuning',
    }),
  )
  if (!inferenceRules) throw new ReadError('The node answered fewer calls than were made.', {})
  const [minLedgerBalance = null, minTransfer = null, batchSize, maxSubAccounts, maxInfoBytes] = limits
  return {
    minLedgerBalance,
    minTransfer,
    maxProvidersPerBatch: Number(batchSize ?? DEFAULT_BATCH),
    maxSubAccounts: maxSubAccounts == null ? null : Number(maxSubAccounts),
    maxInfoBytes: maxInfoBytes == null ? null : Number(maxInfoBytes),
    serviceNames: {
      inference: inferenceRules.name,
      ...(fineTuningRules && { 'fine-tuning': fineTuningRules.name }),
    },
    lockTimes: {
      inference: inferenceRules.lockTime,
      ...(fineTuningRules && { 'fine-tuning': fineTuningRules.lockTime }),
    },
  }
}

export function view(to: string, abi: Interface, method: string, args: readonly unknown[] = []): ViewCall {
  return { to, data: abi.encodeFunctionData(method, args) }
}

type Expected = { service: string; ledger: string; serviceType: ServiceType }

function serviceRules(outcomes: readonly Outcome[], { service, ledger, serviceType }: Expected) {
  const [lock, owner, info, accounts] = outcomes
  if (!lock || !owner || !info || isMissing(lock) || isMissing(owner) || hasNoCode(info))
    throw new InvalidInputError('These are not the contracts of 0G Compute.', {
      service,
      ledger,
      problem: 'a function that every deployment has is missing',
      do: 'check the addresses of the network',
    })
  const [ledgerAddress] = decodeOrThrow(() =>
    inferenceAbi.decodeFunctionResult('ledgerAddress', owner.data),
  ) as unknown as [string]
  if (ledgerAddress.toLowerCase() !== ledger.toLowerCase())
    throw unrelatedError({ service, ledger, 'ledger of the service': ledgerAddress })
  for (const [capability, outcome] of Object.entries({ getServiceInfo: info, getAccountsByUser: accounts }))
    if (!outcome || isMissing(outcome))
      throw new CapabilityMissingError({
        capability,
        service,
        ledger,
        do: 'use the SDK of that time to bring money home',
      })
  const [lockTime] = decodeOrThrow(() => inferenceAbi.decodeFunctionResult('lockTime', lock.data)) as unknown as [
    bigint,
  ]
  const [{ fullName, serviceType: registeredType }] = decodeOrThrow(() =>
    ledgerAbi.decodeFunctionResult('getServiceInfo', info.data),
  ) as unknown as [{ fullName: string; serviceType: string }]
  if (fullName === '') throw unrelatedError({ service, ledger, 'registered as': 'nothing' })
  if (registeredType !== serviceType)
    throw new InvalidInputError('The service is another one than the network says.', {
      service,
      expected: serviceType,
      'registered as': fullName,
    })
  return { name: fullName, lockTime: Number(lockTime) }
}

const isMissing = ({ reverted, data }: Outcome): boolean => reverted || data === '0x'

/** An address without code returns empty data for every call. */
const hasNoCode = ({ reverted, data }: Outcome): boolean => !reverted && data === '0x'

function unrelatedError(facts: Record<string, string>): InvalidInputError {
  return new InvalidInputError('The service and the ledger do not belong together.', facts)
}

/** Decodes a limit; null where an older deployment has none. @throws ReadError for an answer that cannot be decoded */
function optionalNumber(outcome: Outcome | undefined, method: string): bigint | null {
  if (!outcome) throw new ReadError('The node answered fewer calls than were made.', {})
  if (outcome.reverted || outcome.data === '0x') return null
  const [value] = decodeOrThrow(() => ledgerAbi.decodeFunctionResult(method, outcome.data)) as unknown as [bigint]
  return value
}
