import type { Broker, Plan } from '../../index.ts'
import { keyOf } from './movements.ts'

/** What a plan was made with beside its position. Amounts in wei; null for what was not known then. */
export type PlanConditions = {
  /** What providers want to see locked, unless a policy says otherwise. */
  minLockedBalance: bigint | null
  /** The least that opens a sub-account. */
  minTransfer: bigint | null
  /** What the wallet is to keep for the gas of a full exit. */
  gasReserve: bigint | null
  /** What providers said that they had served and not charged yet, by sub-account. */
  unsettledFees: Readonly<Record<string, bigint>> | null
}

export const unknown: PlanConditions = {
  minLockedBalance: null,
  minTransfer: null,
  gasReserve: null,
  unsettledFees: null,
}

export function planConditionsOf(broker: Broker, { gasReserve }: Plan): PlanConditions {
  const { minLockedBalance, rules, inference, fineTuning } = broker
  const asked = [...inference.autoFundingStatus(), ...fineTuning.autoFundingStatus()]
  return {
    minLockedBalance,
    minTransfer: rules.minTransfer,
    gasReserve: gasReserve === 0n ? null : gasReserve,
    unsettledFees:
      asked.length === 0 ? null : Object.fromEntries(asked.map((one) => [keyOf(one), one.unsettledFee] as const)),
  }
}

/** What the lines of a recording say of it, by block. Recordings of before say nothing. */
export function planConditionsIn(text: string): ReadonlyMap<number, PlanConditions> {
  const found = new Map<number, PlanConditions>()
  for (const line of text.split('\n')) {
    const value = parsed(line)
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
    gasReserve: wei('gasReserve'),
    unsettledFees: feesOf(fieldOf(recorded, 'unsettledFees')),
  }
}

function feesOf(recorded: unknown): PlanConditions['unsettledFees'] {
  if (typeof recorded !== 'object' || recorded === null) return null
  return Object.fromEntries(Object.entries(recorded).map(([key, value]) => [key, amountOf(value) ?? 0n]))
}

const amountOf = (value: unknown): bigint | null =>
  typeof value === 'string' && /^\d{1,78}$/.test(value) ? BigInt(value) : null

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
