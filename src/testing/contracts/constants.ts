import { panicArgs } from '../../chain/panic.ts'
import { Revert } from './revert.ts'

export const ZERO_ADDRESS = '0x0000000000000000000000000000000000000000'

/** Limits of the contracts. Amounts in wei, times in seconds, lengths in UTF-8 bytes. */
export const MAX_PROVIDERS_PER_BATCH = 20
export const MAX_SUB_ACCOUNTS = 50
export const MAX_SERVICES = 500
export const MAX_REFUNDS = 5
export const MAX_INFO_BYTES = 4096
export const MAX_PAGE = 50
export const MAX_USERS = { inference: 500, fineTuning: 50 } as const
export const MAX_SETTLEMENTS = 50
export const MAX_DELIVERABLES = 20
export const MAX_DELIVERABLE_ID_BYTES = 256
export const MIN_LOCK_TIME = 3_600
export const MAX_LOCK_TIME = 604_800
export const MIN_PROVIDER_STAKE = 100n * 10n ** 18n

const MAX_UINT256 = 2n ** 256n - 1n
const utf8 = new TextEncoder()

export const bytesOf = (text: string): number => utf8.encode(text).length

/** One page of a list. The contracts use checked arithmetic: an end past 2^256 panics. */
export function pageOf<T>(list: readonly T[], offset: bigint, limit: bigint): T[] {
  if (offset >= BigInt(list.length)) return []
  if (offset + limit > MAX_UINT256) throw new Revert('Panic', panicArgs(17n))
  const end = offset + (limit === 0n ? BigInt(MAX_PAGE) : limit)
  return list.slice(Number(offset), end > BigInt(list.length) ? list.length : Number(end))
}
