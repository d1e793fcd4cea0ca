import type { SubAccountId } from '../../base/sub-account-key.ts'
import type { Broker, Plan, ServiceType } from '../../index.ts'

/** What a plan depends on beside its position. Amounts in wei; null for what was unknown. */
export type PlanConditions = {
  /** What providers want to see locked, unless a policy says otherwise. */
  minLockedBalance: bigint | null
  /** The least that opens a sub-account. */
  minTransfer: bigint | null
  /** The least that opens a ledger. */
  minLedgerBalance: bigint | null
  /** How long a refund is locked, in seconds, by service. */
  lockTimes: Readonly<Partial<Record<ServiceType, number>>> | null
  /** What the wallet must keep for the gas of a full exit. */
  gasReserve: bigint | null
  /** The unsettled fees that providers reported, by the key of `recordedKeyOf`. */
  unsettledFees: Readonly<Record<string, bigint>> | null
}

/** Before the first line with conditions. */
export const noConditions: PlanConditions = {
  minLockedBalance: null,
  minTransfer: null,
  minLedgerBalance: null,
  lockTimes: null,
  gasReserve: null,
  unsettledFees: null,
}

export function planConditionsOf(broker: Broker, { gasReserve }: Plan): PlanConditions {
  const { minLockedBalance, rules, inference, fineTuning } = broker
  const statuses = [...inference.autoFundingStatus(), ...fineTuning.autoFundingStatus()]
  const fees = statuses.map((one) => [recordedKeyOf(one), one.unsettledFee] as const)
  return {
    minLockedBalance,
    minTransfer: rules.minTransfer,
    minLedgerBalance: rules.minLedgerBalance,
    lockTimes: rules.lockTimes,
    gasReserve: gasReserve === 0n ? null : gasReserve,
    unsettledFees: fees.length === 0 ? null : Object.fromEntries(fees),
  }
}

export function unsettledFeeIn({ unsettledFees }: PlanConditions, id: SubAccountId): bigint {
  return unsettledFees?.[recordedKeyOf(id)] ?? 0n
}

/** The key of a sub-account in recordings: it has a blank where the library's key has a colon, and files on disk hold it. */
const recordedKeyOf = ({ provider, serviceType }: SubAccountId): string => `${serviceType} ${provider}`

/** The conditions in the lines of a recording, by block. Recordings of earlier versions have none. */
export function planConditionsIn(text: string): ReadonlyMap<number, PlanConditions> {
  const found = new Map<number, PlanConditions>()
  for (const line of text.split('\n')) {
    const value = parseLine(line)
    const block = fieldOf(fieldOf(value, 'block'), 'number')
    const recorded = fieldOf(value, 'circumstances')
    if (typeof block === 'number' && recorded !== undefined) found.set(block, toPlanConditions(recorded))
  }
  return found
}

function toPlanConditions(recorded: unknown): PlanConditions {
  const wei = (name: string) => amountOf(fieldOf(recorded, name))
  return {
    minLockedBalance: wei('minLockedBalance'),
    minTransfer: wei('minTransfer'),
    minLedgerBalance: wei('minLedgerBalance'),
    lockTimes: lockTimesOf(fieldOf(recorded, 'lockTimes')),
    gasReserve: wei('gasReserve'),
    unsettledFees: feesOf(fieldOf(recorded, 'unsettledFees')),
  }
}

function feesOf(recorded: unknown): PlanConditions['unsettledFees'] {
  if (typeof recorded !== 'object' || recorded === null) return null
  return Object.fromEntries(Object.entries(recorded).map(([key, value]) => [key, amountOf(value) ?? 0n]))
}

function lockTimesOf(recorded: unknown): PlanConditions['lockTimes'] {
  if (typeof recorded !== 'object' || recorded === null) return null
  const seconds = (name: ServiceType) => {
    const value = fieldOf(recorded, name)
    return typeof value === 'number' && value >= 0 ? { [name]: value } : {}
  }
  return { ...seconds('inference'), ...seconds('fine-tuning') }
}

const amountOf = (value: unknown): bigint | null =>
  typeof value === 'string' && /^\d{1,78}$/.test(value) ? BigInt(value) : null

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
