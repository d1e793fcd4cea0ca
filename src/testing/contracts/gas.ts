import type { Account } from './accounts.ts'
import type { ContractCall } from './contract-call.ts'
import type { ContractEvent } from './transaction.ts'
import { isAddress, sizeOf, type WordCount } from './words.ts'

/** A call's traces that gas is charged for. */
export type Traces = {
  ok: boolean
  /** Whether the function ran: an unknown one, and one that takes no value, revert before. */
  ran: boolean
  events: readonly ContractEvent[]
  /** Words of storage, those that a revert takes back included. */
  words: WordCount
  /** What the contracts counted themselves, by `work`. */
  worked: number
}

/**
 * The gas of a call, by the rules of the EVM: its data, its events, the words of storage that it changes, and what the bytecode
 * takes besides, as measured. The differential test compares each call with the bytecode: a success differs by less than a
 * quarter, a revert by less than a third.
 */
export function gasOf(call: ContractCall, { ok, ran, events, words, worked }: Traces): bigint {
  const { created, changed, cleared } = words
  const isLocked = ran && call.contract === 'ledger' && LOCKED.has(call.method)
  const data = SELECTOR + dataGas(call.args)
  const writes = CREATE * created + WRITE * (changed + cleared) + (isLocked ? LOCK : 0)
  const logs = events.reduce((sum, { args }) => sum + LOG + LOG_VALUE * Object.keys(args).length, 0)
  const most = ok ? Infinity : ran ? MAX_REVERTED_WORK : ENTRY_WORK
  const done = worked + Math.min(ok ? workOf(call, events) : workOf(call, events) / 2, most)
  const used = TRANSACTION + data + writes + logs + done
  const refund = ok ? CLEAR_REFUND * cleared + (isLocked ? LOCK_REFUND : 0) : 0
  return BigInt(Math.round(Math.max(used - Math.min(refund, used / 5), TRANSACTION + DATA_FLOOR * data)))
}

/** Prices of the EVM: a transaction, words of storage (EIP-2929, EIP-3529), events, and the floor of long data (EIP-7623). */
const TRANSACTION = 21_000
const CREATE = 22_100
const WRITE = 5_000
const CLEAR_REFUND = 4_800
const LOG = 750
const LOG_VALUE = 350
const SELECTOR = 64
const DATA_FLOOR = 2.5

/** During these calls LedgerManager locks the caller's ledger: it creates a word and clears it. */
const LOCKED = new Set([
  'addLedger',
  'depositFund',
  'depositFundFor',
  'refund',
  'deleteLedger',
  'transferFund',
  'retrieveFund',
  'updateAdditionalInfo',
])
const LOCK = 22_200
const LOCK_REFUND = 19_900

/** Proxies, reads and arithmetic of a call, measured. A revert comes after a part of them. */
const WORK: Readonly<Record<string, number>> = {
  addLedger: 10_000,
  depositFund: 9_000,
  depositFundFor: 9_000,
  updateAdditionalInfo: 11_000,
  refund: 15_000,
  deleteLedger: 30_000,
  transferFund: 36_000,
  retrieveFund: 26_000,
  registerService: 66_000,
  setRecommendedService: 25_000,
  addOrUpdateService: 34_000,
  removeService: 24_000,
  addDeliverable: 30_000,
  acknowledgeDeliverable: 14_000,
}
const USUAL_WORK = 9_500
const MAX_REVERTED_WORK = 13_000
const ENTRY_WORK = 5_000

/** The work behind an event, measured. */
const EVENT_WORK: Readonly<Record<string, number>> = { AccountDeleted: 32_000, FundSpent: 31_000 }
/** The same for each further one of a call: what the ledger reads for it is warm by then. */
const NEXT_EVENT_WORK: Readonly<Record<string, number>> = { FundSpent: 10_000 }

/** The work of a settlement: each, one with an account, and one whose signature is checked. */
export const SETTLEMENT_WORK = { each: 1_000, account: 8_000, signature: 8_000 } as const

/** The work of a fine-tuning settlement: one with an account, and one whose signature is checked. */
export const TASK_WORK = { account: 13_000, signature: 13_000 } as const

/** The work of retrieveFund: for each provider in its list, and for each with an account. */
export const RETRIEVAL_WORK = { listed: 2_600, account: 9_000 } as const

/** The work of reading a ledger's additional info for a new sub-account: a word that is read for the first time, and copied. */
export function infoWork(additionalInfo: string): number {
  return 2_360 * Math.floor(sizeOf(additionalInfo) / 32)
}

/** What a service reads of an account in a retrieval. */
type ReadAccount = Pick<Account, 'refunds' | 'additionalInfo'> & { contract: 'inference' | 'fineTuning' }

/**
 * The work of the first read of an account in a call, with its slots for refunds. InferenceServing also copies the additional
 * info that the account was opened with.
 */
export function firstReadWork({ contract, refunds, additionalInfo }: ReadAccount): number {
  if (contract === 'fineTuning') return 6_500 + 3_300 * refunds.length
  return 23_000 + 8_300 * refunds.length + 2_200 * longWords(additionalInfo)
}

/** The same where a call names the account again: the words are warm, and InferenceServing copies them anew. */
export function nextReadWork({ contract, additionalInfo }: ReadAccount): number {
  return contract === 'fineTuning' ? 0 : 220 * longWords(additionalInfo)
}

/** Words of a string besides its own: one of less than 32 bytes takes none. */
function longWords(text: string): number {
  const size = sizeOf(text)
  return size < 32 ? 0 : Math.ceil(size / 32)
}

function workOf({ method }: ContractCall, events: readonly ContractEvent[]): number {
  const known = new Set<string>()
  return events.reduce((sum, { name }) => {
    const work = (known.has(name) ? NEXT_EVENT_WORK[name] : undefined) ?? EVENT_WORK[name] ?? 0
    known.add(name)
    return sum + work
  }, WORK[method] ?? USUAL_WORK)
}

/** Arguments by the ABI: 16 gas for a byte, 4 for a zero byte. */
function dataGas(value: unknown): number {
  if (typeof value === 'string') return isAddress(value) ? 368 : 290 + 16 * sizeOf(value)
  if (typeof value === 'bigint' || typeof value === 'number') return 128 + 6 * value.toString(16).length
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + dataGas(one), 290)
  if (typeof value !== 'object' || value === null) return 140
  // A signer stands for a signature and a hash.
  return Object.entries(value).reduce((sum, [name, one]) => sum + (name === 'signer' ? 1_900 : dataGas(one)), 0)
}
